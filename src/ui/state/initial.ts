import type { AppState } from './types.ts';

export const initialState: AppState = {
  session: {
    sizes: {},
    files: [],
    bits: 8,
    latencyMethod: '',
    estimates: [],
    estimateStatus: 'none',
    details: new Map(),
    seed: 1,
  },
  selection: { points: [], metric: 'latency' },
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
  deploy: { options: {}, packages: {} },
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
