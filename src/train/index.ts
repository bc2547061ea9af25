export type {
  Augmentation,
  Checkpoint,
  EpochRecord,
  Loss,
  Optimizer,
  Schedule,
  Score,
  SweepPoint,
  TrainingEvent,
  TrainingRecipe,
  TrainingReport,
} from './recipe.ts';
