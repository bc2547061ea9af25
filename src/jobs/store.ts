import {
  type Backends,
  type BoundData,
  bindData,
  calibrateModel,
  decodePictures,
  type ModelFile,
  type OpenedModel,
  openModel,
  type Session,
  startSession,
} from '../explore/index.ts';
import type { StageContext } from '../ir/index.ts';
import { unknownResource } from './errors.ts';
import type { JobHost } from './host.ts';
import type { DataSource, ModelSource, SourceFile } from './protocol.ts';
import type { ResourceHolder } from './server.ts';
import { type OpenedFile, openSources, readAll, type SourceOpener } from './sources.ts';

/** What jobs find on their worker: models, samples, calibrations and sessions, made from their sources on first use and kept. */
export interface JobStore extends ResourceHolder {
  model(id: string, ctx: StageContext): Promise<OpenedModel>;
  /** Opens a source that need not be held yet, and keeps it under its id. */
  open(source: ModelSource, ctx: StageContext): Promise<OpenedModel>;
  /** Files as sources, which are read in parts where this worker can. */
  sources(files: readonly SourceFile[], ctx: StageContext): Promise<readonly OpenedFile[]>;
  /** Files of a held model, read whole. */
  files(id: string): Promise<readonly ModelFile[]>;
  data(modelId: string, dataId: string, ctx: StageContext): Promise<BoundData>;
  bind(modelId: string, source: DataSource, ctx: StageContext): Promise<BoundData>;
  calibration(modelId: string, calibrationId: string, ctx: StageContext): ReturnType<typeof calibrateModel>;
  session(ids: SessionIds, ctx: StageContext): Promise<Session>;
  /** What computes a model: the host's engines, with onnxruntime where its source says so. */
  backends(modelId: string): Promise<Backends>;
}

export interface SessionIds {
  readonly modelId: string;
  readonly dataId: string;
  readonly calibrationId: string;
}

/** Values by key. A value that failed to be made is not kept: the next asker tries again. */
class Made<T> {
  readonly #values = new Map<string, Promise<T>>();

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#values.get(key);
    if (known) return known;
    const value = make();
    this.#values.set(key, value);
    value.catch(() => this.#values.delete(key));
    return value;
  }

  forget(id: string): void {
    for (const key of this.#values.keys()) if (key.split('\n').includes(id)) this.#values.delete(key);
  }
}

export function createStore(host: JobHost & SourceOpener): JobStore {
  const sources = new Map<string, { readonly kind: string; readonly source: unknown }>();
  const models = new Made<OpenedModel>();
  const bound = new Made<BoundData>();
  const records = new Made<Awaited<ReturnType<typeof calibrateModel>>>();
  const sessions = new Made<Session>();
  const caches = [models, bound, records, sessions];

  const sourceOf = (kind: string, id: string): unknown => {
    const held = sources.get(id);
    if (held?.kind !== kind) throw unknownResource(kind, id);
    return held.source;
  };
  const forget = (id: string) => {
    for (const cache of caches) cache.forget(id);
  };
  const store: JobStore = {
    backends: async (modelId) => {
      const { floats, programs } = await host.engines();
      const { missingKernels } = sourceOf('model', modelId) as ModelSource;
      const float = missingKernels === 'onnxruntime' ? await host.withOnnxruntime() : floats;
      return { float, program: programs };
    },
    hold(kind, id, source) {
      forget(id);
      sources.set(id, { kind, source });
    },
    release(id) {
      forget(id);
      sources.delete(id);
    },
    model: (id, ctx) => store.open(sourceOf('model', id) as ModelSource, ctx),
    open(source, ctx) {
      if (!sources.has(source.id)) sources.set(source.id, { kind: 'model', source });
      const { id, files, shapes, changes, sha256 } = source;
      const options = { ...(changes && { changes }), ...(sha256 !== undefined && { sha256 }) };
      return models.get(id, async () => openModel(await store.sources(files, ctx), shapes, ctx, options));
    },
    sources: (files, ctx) => openSources(files, host, ctx.warn),
    files: async (id) => readAll((sourceOf('model', id) as ModelSource).files, host),
    data: (modelId, dataId, ctx) => store.bind(modelId, sourceOf('data', dataId) as DataSource, ctx),
    bind(modelId, source, ctx) {
      if (!sources.has(source.id)) sources.set(source.id, { kind: 'data', source });
      return bound.get(`${modelId}\n${source.id}`, async () => {
        const { files, ...request } = source;
        const opened = await store.model(modelId, ctx);
        const given = { ...request, files: await readAll(files, host) };
        return bindData(opened, await decodePictures(opened, given, host.decodeImage));
      });
    },
    calibration: (modelId, calibrationId, ctx) =>
      records.get(`${modelId}\n${calibrationId}`, async () => {
        const { samples } = await store.data(modelId, calibrationId, ctx);
        const { float } = await store.backends(modelId);
        return calibrateModel(await store.model(modelId, ctx), samples, float, ctx);
      }),
    session: ({ modelId, dataId, calibrationId }, ctx) =>
      sessions.get(`${modelId}\n${dataId}\n${calibrationId}`, async () => {
        const data = await store.data(modelId, dataId, ctx);
        const calibration = await store.data(modelId, calibrationId, ctx);
        const record = await store.calibration(modelId, calibrationId, ctx);
        const request = {
          samples: data.samples,
          calibration: calibration.samples,
          data: data.reference,
          calibrationReference: calibration.reference,
          record,
        };
        return startSession(await store.model(modelId, ctx), request, await store.backends(modelId), ctx);
      }),
  };
  return store;
}

export { readAll } from './sources.ts';
