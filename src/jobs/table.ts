import { BugError, sha256InSteps, throwIfCancelled, UserError } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import { readNpz, sampleGenerators, writeNpz } from '../datasets/index.ts';
import { editOptions } from '../edit/index.ts';
import {
  compareOpened,
  decodeLink,
  decodePictures,
  describeData,
  drawModel,
  type Exploration,
  encodeLink,
  estimatePlatforms,
  evaluateChoices,
  explore,
  exportDesign,
  floatCheck,
  identifyFile,
  LEAST_VECTORS,
  layerDetail,
  layerMetric,
  quantizeReport,
  readParetoscope,
  sensitivity,
  simplifyReport,
  strategies,
  TOOL_VERSION,
  writeParetoscope,
} from '../explore/index.ts';
import { exporters, zipFiles } from '../exporters/index.ts';
import { numbersOf, type Tensor, tensorOf } from '../ir/index.ts';
import { latencyModels } from '../latency/index.ts';
import { writeOnnx } from '../onnx/index.ts';
import { platforms } from '../platforms/index.ts';
import { observers } from '../quantize/index.ts';
import type { JobHost } from './host.ts';
import type { ExploreRequest, ExportReply, JobName, JobTable, PartialOf, ReplyOf, RequestOf } from './protocol.ts';
import type { JobContext, JobFunctions } from './server.ts';
import { type JobStore, readAll } from './store.ts';
import { checkpointJob, sweepJob, trainableJob, trainJob } from './training.ts';

type Job<N extends JobName> = (request: RequestOf<N>, context: JobContext<PartialOf<N>>) => Promise<ReplyOf<N>>;
type Table = { readonly [N in keyof JobTable]: Job<N> };

/** The jobs of one worker, as its server takes them. */
export const jobFunctions = (store: JobStore, host: JobHost): JobFunctions =>
  jobTable(store, host) as unknown as JobFunctions;

/** Name → function, for one worker. To add a job: a function in its room, a line here, its types in `protocol.ts`. */
export function jobTable(store: JobStore, host: JobHost): Table {
  return {
    catalog: async () => catalog(),
    engines: async () => {
      const { programs, floats, steps, notes } = await host.engines();
      return {
        programs: programs.description,
        floats: floats.description,
        steps: steps.description,
        notes,
      };
    },
    open: async ({ source }, ctx) => {
      const start = host.now();
      const { view } = await store.open(source, ctx);
      return { modelId: source.id, view, seconds: host.now() - start };
    },
    data: async ({ modelId, source }, ctx) => {
      const { reference, diagnostics } = await store.bind(modelId, source, ctx);
      return { reference, diagnostics };
    },
    describeData: async ({ modelId, source }, ctx) => {
      const { files, ...request } = source;
      const opened = await store.model(modelId, ctx);
      const read = await store.sources(files, ctx);
      const given = { ...request, files: read.map(({ name, source: of }) => ({ name, bytes: of.read(0, of.size) })) };
      return describeData(opened, await decodePictures(opened, given, host.decodeImage));
    },
    estimate: async ({ modelId, ...request }, ctx) => estimatePlatforms(await store.model(modelId, ctx), request),
    layer: async ({ modelId, dataId, node }, ctx) => {
      const opened = await store.model(modelId, ctx);
      const samples = dataId === undefined ? undefined : (await store.data(modelId, dataId, ctx)).samples;
      return layerDetail(opened, node, ctx, samples && { samples, backend: (await store.backends(modelId)).float });
    },
    layerEngines: async ({ modelId }, ctx) => {
      const { prepared } = await store.model(modelId, ctx);
      const { float } = await store.backends(modelId);
      const runner = await float.prepare(prepared);
      runner.dispose();
      const layers = prepared.graph.nodes.map(({ id, op }) => ({
        node: id,
        op,
        engine: runner.engines.get(id) ?? 'plain',
      }));
      return { description: float.description, layers };
    },
    editOptions: async ({ modelId, nodes }, ctx) => {
      const { asRead } = await store.model(modelId, ctx);
      return nodes.map((node) => editOptions(asRead, node));
    },
    draw: async ({ modelId, choice }, ctx) => {
      const opened = await store.model(modelId, ctx);
      const { now, pause } = host;
      return drawModel(opened, choice, ctx, { now, pause, onPartial: (drawn) => ctx.partial(drawn) });
    },
    simplify: async ({ modelId }, ctx) => simplifyReport(await store.model(modelId, ctx), ctx),
    compare: async ({ modelId, otherId }, ctx) =>
      compareOpened(await store.model(modelId, ctx), await store.model(otherId, ctx)),
    write: async ({ modelId }, ctx) => {
      const { asRead, reference, changes } = await store.model(modelId, ctx);
      const base = reference.name.replace(/\.(onnx|keras|h5|hdf5|json|zip|gz)$/i, '');
      return { bytes: writeOnnx(asRead), fileName: `${base}${changes.length > 0 ? '_edited' : ''}.onnx` };
    },
    metric: async ({ modelId, file }, ctx) => {
      const [read] = await readAll([file]);
      return layerMetric(await store.model(modelId, ctx), file.name, read?.bytes ?? new Uint8Array(0));
    },
    fingerprint: async ({ file }, ctx) => {
      const [opened] = await store.sources([file], ctx);
      if (!opened) throw new BugError('A file to be hashed was not opened.');
      const sha256 = await sha256InSteps(opened.source, async (done) => {
        ctx.progress(done, opened.source.size);
        await host.pause();
        throwIfCancelled(ctx.signal);
      });
      return { sha256 };
    },
    identify: async ({ files }, ctx) =>
      (await store.sources(files, ctx)).map(({ name, source }) => identifyFile(name, source)),
    quantize: async ({ choices, ...ids }, ctx) => {
      const start = host.now();
      const report = await quantizeReport(await store.session(ids, ctx), choices, ctx);
      return { ...report, seconds: host.now() - start };
    },
    sensitivity: async ({ choices, ...ids }, ctx) =>
      sensitivity(await store.session(ids, ctx), choices, ctx, (loss) => ctx.partial(loss)),
    evaluate: async ({ choices, origin, ...ids }, ctx) =>
      evaluateChoices(await store.session(ids, ctx), choices, origin, ctx, (point) => ctx.partial(point)),
    floatScore: async (ids, ctx) => ({ floatScore: (await store.session(ids, ctx)).float.score }),
    explore: async (request, ctx) => runExploration(request, store, ctx),
    export: async (request, ctx) => exportJob(request, store, ctx),
    train: async (request, ctx) => trainJob(request, store, host, ctx),
    learningRateSweep: async (request, ctx) => sweepJob(request, store, host, ctx),
    trainable: async (request, ctx) => trainableJob(request, store, host, ctx),
    fromCheckpoint: async (request, ctx) => checkpointJob(request, store, ctx),
    floatCheck: async ({ modelId, dataId, samples: count }, ctx) => {
      const { samples } = await store.data(modelId, dataId, ctx);
      const few = { ...samples, count: Math.min(count, samples.count) };
      const { floats } = await host.engines();
      return floatCheck(await store.model(modelId, ctx), few, floats, await host.independent(), ctx);
    },
    run: async (request, ctx) => runModel(request, store, host, ctx),
    encodeLink: async ({ state }) => ({ text: encodeLink(state) }),
    decodeLink: async ({ text }) => decodeLink(text),
    saveFile: async ({ state, modelId }) => {
      const files = modelId === undefined ? [] : await store.files(modelId);
      return { bytes: writeParetoscope({ ...state, model: new Map(files.map((f) => [f.name, f.bytes])) }) };
    },
    readFile: async ({ file }) => {
      const [read] = await readAll([file]);
      const { model, ...state } = readParetoscope(read?.bytes ?? new Uint8Array(0), file.name);
      return { state, model: [...model].map(([name, bytes]) => ({ name, bytes })) };
    },
  };
}

function catalog(): ReplyOf<'catalog'> {
  const named = (entries: Iterable<{ readonly id: string; readonly name: string }>) =>
    [...entries].map(({ id, name }) => ({ id, name }));
  return {
    toolVersion: TOOL_VERSION,
    platforms: [...platforms],
    exporters: [...exporters].map(({ id, name, description, options }) => ({ id, name, description, options })),
    latencyMethods: [{ id: 'auto', name: 'Best available' }, ...named(latencyModels)],
    observers: [...observers].map(({ id, title }) => ({ id, name: title })),
    algorithms: named(strategies),
    generators: [...sampleGenerators].map(({ id, title, classes, shape }) => ({
      id,
      title,
      classes: classes.length,
      shape,
    })),
  };
}

/** Sub-jobs small enough that every worker stays busy to the end of a batch, large enough that messages cost nothing. */
const CHUNKS_PER_WORKER = 2;

async function runExploration(
  request: ExploreRequest,
  store: JobStore,
  ctx: JobContext<PartialOf<'explore'>>,
): Promise<Exploration> {
  const { resume, modelId, dataId, calibrationId, ...plan } = request;
  const opened = await store.model(modelId, ctx);
  const { reference: data, samples } = await store.data(modelId, dataId, ctx);
  const calibration = (await store.data(modelId, calibrationId, ctx)).reference;
  const header = {
    version: 1 as const,
    toolVersion: TOOL_VERSION,
    model: opened.reference,
    ...(opened.changes.length > 0 ? { changes: opened.changes } : {}),
    layers: opened.layers,
    data,
    calibration,
    ...plan,
  };
  const evaluate = async (choices: Parameters<Parameters<typeof explore>[1]>[0], origin: string) => {
    const size = Math.max(1, Math.ceil(choices.length / (CHUNKS_PER_WORKER * ctx.parallelism)));
    const chunks = Array.from({ length: Math.ceil(choices.length / size) }, (_, i) =>
      choices.slice(i * size, (i + 1) * size),
    );
    const batches = await Promise.all(
      chunks.map(
        (chunk) =>
          ctx.call('evaluate', { modelId, dataId, calibrationId, choices: chunk, origin }) as Promise<
            ReplyOf<'evaluate'>
          >,
      ),
    );
    return batches.flat();
  };
  const { floatScore } = samples.labels
    ? ((await ctx.call('floatScore', { modelId, dataId, calibrationId })) as ReplyOf<'floatScore'>)
    : { floatScore: 1 };
  return explore({ ...header, floatScore }, evaluate, ctx, {
    ...(resume ? { resume } : {}),
    onPoints: (points) => ctx.partial(points),
  });
}

async function exportJob(request: RequestOf<'export'>, store: JobStore, ctx: JobContext<never>): Promise<ExportReply> {
  const { modelId, calibrationId, choices, target, options, seed } = request;
  const opened = await store.model(modelId, ctx);
  const record = await store.calibration(modelId, calibrationId, ctx);
  const { samples } = await store.data(modelId, calibrationId, ctx);
  const vectors = typeof options.vectors === 'number' ? options.vectors : LEAST_VECTORS;
  const design = { opened, record, samples, backend: (await store.backends(modelId)).program };
  const exported = await exportDesign(design, choices, { target, options, seed, vectors }, ctx);
  const { files, diagnostics } = exported.package;
  const encoder = new TextEncoder();
  const manifest = files.get('manifest.json');
  return {
    target,
    fileName: `${opened.reference.name.replace(/\.onnx$/i, '').replace(/[^A-Za-z0-9._-]+/g, '_')}_${target}.zip`,
    zip: zipFiles(files),
    files: [...files].map(([path, content]) => ({
      path,
      bytes: typeof content === 'string' ? encoder.encode(content).length : content.length,
      ...(typeof content === 'string' ? { preview: content.slice(0, PREVIEW_CHARACTERS) } : {}),
    })),
    selfTest: exported.selfTest,
    manifest: typeof manifest === 'string' ? (JSON.parse(manifest) as unknown) : undefined,
    diagnostics,
  };
}

const PREVIEW_CHARACTERS = 20_000;

async function runModel(
  { modelId, files, backend }: RequestOf<'run'>,
  store: JobStore,
  host: JobHost,
  ctx: JobContext<never>,
): Promise<ReplyOf<'run'>> {
  const { asRead } = await store.model(modelId, ctx);
  const [file] = await readAll(files);
  const arrays = readNpz(file?.name ?? 'input', file?.bytes ?? new Uint8Array(0));
  const feeds = new Map(
    asRead.graph.inputs.map((id) => {
      const array = arrays.get(id);
      if (!array) {
        throw new UserError(
          'jobs/missing-input',
          `'${file?.name}' has no array named '${id}'.`,
          `Name the arrays as the inputs: ${asRead.graph.inputs.join(', ')}. It has: ${[...arrays.keys()].join(', ') || 'none'}.`,
          { input: id },
        );
      }
      return [id, typed(array, asRead.graph.tensors.get(id)?.type)] as const;
    }),
  );
  const engine =
    backend === 'plain'
      ? createPlainBackend()
      : backend === 'ort'
        ? await host.independent()
        : (await store.backends(modelId)).float;
  const runner = await engine.prepare(asRead);
  try {
    const start = host.now();
    const values = await runner.run(feeds);
    const seconds = host.now() - start;
    const outputs = new Map(
      asRead.graph.outputs.flatMap((id) => {
        const tensor = values.get(id);
        return tensor ? [[id, tensor] as const] : [];
      }),
    );
    return {
      backend: engine.id,
      outputs: [...outputs].map(([name, { shape, type }]) => ({ name, shape, type })),
      arrays: writeNpz(outputs),
      seconds,
    };
  } finally {
    runner.dispose();
  }
}

/** Arrays of another number type than the input's are converted: NumPy writes float64 and int64 unless told otherwise. */
const typed = (array: Tensor, type: Tensor['type'] | undefined): Tensor =>
  type === undefined || type === array.type ? array : tensorOf(type, array.shape, numbersOf(array));
