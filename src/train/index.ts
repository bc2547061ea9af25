export { checkNetwork, modelOfCheckpoint } from './checkpoint.ts';
export { ActiveValues, differentiate } from './differentiate.ts';
export { Emitter, int, ints, type NamedAttributes, real, reals, text } from './emitter.ts';
export { gradientRules } from './gradients/list.ts';
export type { GradientRule, RuleContext } from './gradients/rule.ts';
export { bindTrainingNode, trainingOnly, trainingOps } from './operators/list.ts';
export { TRAINING_DOMAIN } from './operators/operator.ts';
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
export { type Parameter, type StepChoices, type StepExtensions, type StepGraph, stepGraph } from './step-graph.ts';
export { SWEEP_RATES, type SweepRequest, sweepLearningRates } from './sweep.ts';
export { type Engines, type TaskRequest, withMemory } from './task.ts';
export { type Trainable, type TrainableLayer, trainable } from './trainable.ts';
export { type RunHost, type TrainedModel, type TrainRequest, train } from './trainer.ts';
export { withWeights } from './weights.ts';
