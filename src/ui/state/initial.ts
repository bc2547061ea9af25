import type { TrainingRecipe } from '../../train/index.ts';
import type { AppState } from './types.ts';

/**
 * Gentle steps from weights that are good already: what fine-tuning starts from. Many networks take pixels of 0 to 255, where steps
 * that suit normalized inputs spoil the first layer.
 */
export const fineTuning: TrainingRecipe = {
  version: 1,
  epochs: 5,
  batch: 32,
  optimizer: { id: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  learningRate: 3e-5,
  schedule: { id: 'cosine', warmUpEpochs: 0.5, floor: 0.01 },
  weightDecay: 1e-4,
  clipNorm: 1,
  loss: { id: 'cross-entropy', smoothing: 0 },
  augmentation: { shift: 0, flip: false, noise: 0, cutOut: 0 },
  batchNormalization: 'frozen',
  frozen: [],
  seed: 1,
};

export const initialState: AppState = {
  session: {
    sizes: {},
    changes: [],
    files: [],
    bits: 8,
    latencyMethod: '',
    estimates: [],
    estimateStatus: 'none',
    details: new Map(),
    seed: 1,
  },
  selection: { points: [], metric: 'latency' },
  model: {
    form: 'layers',
    grouping: 'automatic',
    expanded: [],
    collapsed: [],
    expandAll: false,
    body: [],
    find: '',
    ownMetrics: [],
    heatScale: 'automatic',
    drawings: {},
    compareStatus: 'none',
    chosen: [],
  },
  exploration: {
    points: [],
    constraints: [],
    hiddenOrigins: [],
    dimOutside: true,
    algorithm: 'default',
    budget: 200,
    status: 'none',
  },
  compress: { losses: [], lossStatus: 'none', checkStatus: 'none' },
  training: {
    tab: 'quantize',
    recipe: fineTuning,
    engine: 'wasm',
    invalid: {},
    sweep: { status: 'none', points: [], rates: [], steps: 0 },
    runs: [],
    removed: [],
    selected: [],
  },
  deploy: { options: {}, packages: {} },
  dataPanel: { status: 'none', version: 0 },
  jobs: { list: [], workers: 0 },
  history: { past: [], future: [] },
  settings: { theme: 'system', density: 'default', singleKeys: true },
  page: {
    place: 'start',
    overlay: 'none',
    problems: [],
    requests: 0,
    online: true,
    recent: [],
    samples: 'loading',
  },
};
