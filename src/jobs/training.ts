import {
  checkpointModel,
  sweepRates,
  type TrainingHost,
  type TrainingSamples,
  trainableReport,
  trainModel,
} from '../explore/index.ts';
import type { JobHost } from './host.ts';
import type { PartialOf, ReplyOf, RequestOf } from './protocol.ts';
import type { JobContext } from './server.ts';
import type { JobStore } from './store.ts';

/** The jobs that train. Their code comes with their first use. */

export async function trainJob(
  { modelId, dataId, validationId, recipe, resume, engine }: RequestOf<'train'>,
  store: JobStore,
  host: JobHost,
  ctx: JobContext<PartialOf<'train'>>,
): Promise<ReplyOf<'train'>> {
  const opened = await store.model(modelId, ctx);
  const data = await samplesOf(
    { modelId, dataId, ...(validationId === undefined ? {} : { validationId }) },
    store,
    ctx,
  );
  const request = { ...data, recipe, ...(resume ? { resume } : {}) };
  return trainModel(opened, request, await placeOf(host, ctx, engine), ctx, (event) => ctx.partial(event));
}

export async function sweepJob(
  { modelId, dataId, validationId, ...request }: RequestOf<'learningRateSweep'>,
  store: JobStore,
  host: JobHost,
  ctx: JobContext<PartialOf<'learningRateSweep'>>,
): Promise<ReplyOf<'learningRateSweep'>> {
  const opened = await store.model(modelId, ctx);
  const data = await samplesOf(
    { modelId, dataId, ...(validationId === undefined ? {} : { validationId }) },
    store,
    ctx,
  );
  return sweepRates(opened, { ...data, ...request }, await placeOf(host, ctx), ctx, (point) => ctx.partial(point));
}

export async function trainableJob(
  { modelId, batch }: RequestOf<'trainable'>,
  store: JobStore,
  host: JobHost,
  ctx: JobContext<never>,
): Promise<ReplyOf<'trainable'>> {
  const { steps } = await host.engines();
  return trainableReport(await store.model(modelId, ctx), batch, steps);
}

export async function checkpointJob(
  { modelId, checkpoint, which }: RequestOf<'fromCheckpoint'>,
  store: JobStore,
  ctx: JobContext<never>,
): Promise<ReplyOf<'fromCheckpoint'>> {
  return checkpointModel(await store.model(modelId, ctx), checkpoint, which);
}

async function samplesOf(
  { modelId, dataId, validationId }: { modelId: string; dataId: string; validationId?: string },
  store: JobStore,
  ctx: JobContext<never>,
): Promise<TrainingSamples> {
  const { samples } = await store.data(modelId, dataId, ctx);
  if (validationId === undefined) return { samples };
  return { samples, validation: (await store.data(modelId, validationId, ctx)).samples };
}

async function placeOf(
  host: JobHost,
  { gate, warn }: JobContext<never>,
  engine?: RequestOf<'train'>['engine'],
): Promise<TrainingHost> {
  const { steps: own, floats } = await host.engines();
  const say = (message: string): void => warn({ code: 'jobs/engine-chosen', severity: 'info', message });
  const steps = engine === 'fastest' ? await host.fastestSteps(say) : own;
  return { steps, floats, gate, now: () => host.now(), pause: () => host.pause() };
}
