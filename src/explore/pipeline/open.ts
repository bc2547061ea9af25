import {
  inferShapes,
  layerCosts,
  openSymbols,
  operatorName,
  type Prepared,
  prepare,
  type ShapeChoice,
  setShapes,
} from '../../analyze/index.ts';
import { memorySource, UserError } from '../../base/index.ts';
import { type Imported, importModel, type SourceBytes } from '../../importers/index.ts';
import {
  type Diagnostic,
  elementCount,
  isKnown,
  type LayerCost,
  type Model,
  type ModelReference,
  type NodeId,
  type StageContext,
} from '../../ir/index.ts';
import { quantizableLayers } from '../../quantize/index.ts';
import { applyChange, type ModelChange } from '../changes.ts';
import type { ModelView } from '../model-view.ts';
import { fusedInto } from './fused.ts';
import { modelView } from './view-of-model.ts';

/** A file as it was dropped. `bytes` are kept: weights are views on them. */
export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface OpenOptions {
  /** What is done to the network as read, in this order. */
  readonly changes?: readonly ModelChange[];
  /** Fingerprint of the model file, where it is known already. */
  readonly sha256?: string;
}

/** Sizes for symbolic dimensions, or whole shapes of inputs (as in the job 'open'). */
export interface ShapeSettings {
  readonly symbols: Readonly<Record<string, number>>;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
}

/** A model with everything that does not depend on data or choices. */
export interface OpenedModel {
  readonly reference: ModelReference;
  /** What was done to the network since it was read; empty: nothing. */
  readonly changes: readonly ModelChange[];
  /** As in the file, with `changes`, shapes inferred. */
  readonly asRead: Model;
  /** What is quantized, run and exported: norms and biases folded, no dead code (methods A.1). */
  readonly prepared: Model;
  readonly removed: Prepared['removed'];
  /** Execution layers of the prepared network: fused activations cost nothing of their own. */
  readonly costs: readonly LayerCost[];
  /** Layers whose widths can be chosen, in graph order; empty where the network has no integer form (`notQuantizable` says why). */
  readonly layers: readonly NodeId[];
  readonly notQuantizable?: Diagnostic;
  readonly view: ModelView;
  readonly diagnostics: readonly Diagnostic[];
}

export const noShapes: ShapeSettings = { symbols: {}, inputs: {} };

/**
 * Files → graph, shapes, costs, prepared network, and the tables the page shows. The first dimension of an input, if it has
 * a name instead of a size, is taken as 1 (the batch); other open dimensions stay open until `shapes` sets them.
 * Throws the user errors of the rooms importers, onnx, edit, analyze and ops; a network that cannot be quantized opens all the same.
 */
export async function openModel(
  files: readonly (ModelFile | SourceBytes)[],
  shapes: ShapeSettings,
  ctx: StageContext,
  { changes = [], sha256 }: OpenOptions = {},
): Promise<OpenedModel> {
  const diagnostics: Diagnostic[] = [];
  const warn = (diagnostic: Diagnostic): void => {
    diagnostics.push(diagnostic);
    ctx.warn(diagnostic);
  };
  const heard = { ...ctx, warn };
  ctx.progress(0, 4);
  const read = await importModel(files.map(asSource), sha256 === undefined ? {} : { sha256 });
  read.diagnostics.forEach(warn);
  ctx.progress(1, 4);
  const { model: changedModel, named } = changed(read, shapes, changes);
  const { sized, asRead } = shaped(changedModel, heard);
  ctx.progress(2, 4);
  const { model: prepared, removed } = prepare(sized, { warn() {} });
  const fused = fusedInto(asRead, removed);
  const gone = new Set(fused.keys());
  const costs = layerCosts(prepared).filter((cost) => !gone.has(cost.node));
  ctx.progress(3, 4);
  const { layers, problem } = layersOf(prepared, read);
  if (problem) warn(problem);
  const opened = { reference: read.reference, changes, asRead, prepared, removed, costs, layers };
  const view = modelView({ ...opened, read, fused, diagnostics, named });
  ctx.progress(4, 4);
  return { ...opened, ...(problem ? { notQuantizable: problem } : {}), view, diagnostics };
}

const asSource = (file: ModelFile | SourceBytes): SourceBytes =>
  'source' in file ? file : { name: file.name, source: memorySource(file.bytes) };

/**
 * The network with the sizes asked for and what was done to it. Sizes come first where they can, so that passes know them.
 * `named`: the networks whose names for dimensions got sizes: the file's, and the one that changes have brought names to.
 */
function changed(
  { model }: Imported,
  settings: ShapeSettings,
  changes: readonly ModelChange[],
): { readonly model: Model; readonly named: readonly Model[] } {
  if (changes.length === 0) return { model: setShapes(model, shapeChoice(model, settings)), named: [model] };
  const choice = shapeChoice(model, settings);
  const names = new Set(openSymbols(model));
  const before = { symbols: pick(choice.symbols, names), inputs: pick(choice.inputs, new Set(model.graph.inputs)) };
  let current = setShapes(model, before);
  for (const change of changes) current = applyChange(current, change);
  // Names and inputs that only the changes have brought.
  const rest = { symbols: without(choice.symbols, before.symbols), inputs: without(choice.inputs, before.inputs) };
  return { model: setShapes(current, rest), named: [model, current] };
}

const pick = <T>(map: ReadonlyMap<string, T>, names: ReadonlySet<string>): ReadonlyMap<string, T> =>
  new Map([...map].filter(([name]) => names.has(name)));
const without = <T>(map: ReadonlyMap<string, T>, used: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
  new Map([...map].filter(([name]) => !used.has(name)));

/** The model with a batch of one where none is set, and the same with every shape that follows from its sizes. */
function shaped(sized: Model, ctx: StageContext): { readonly sized: Model; readonly asRead: Model } {
  const names = openBatches(sized);
  if (names.length === 0) return { sized, asRead: inferShapes(sized, ctx) };
  const spelt = names.map((name) => `'${name}'`).join(', ');
  try {
    const one = setShapes(sized, { symbols: new Map(names.map((name) => [name, 1])) });
    const asRead = inferShapes(one, ctx);
    const message = `The first dimension ${spelt} has no size in the file and is taken as 1.`;
    ctx.warn({ code: 'explore/batch-of-one', severity: 'info', message });
    return { sized: one, asRead };
  } catch (thrown) {
    if (!(thrown instanceof UserError) || thrown.code !== 'analyze/shape-contradiction') throw thrown;
    const message = `The first dimension ${spelt} is no batch: the network contradicts a size of 1. It stays open.`;
    ctx.warn({ code: 'explore/no-batch', severity: 'warning', message });
    return { sized, asRead: inferShapes(sized, ctx) };
  }
}

/** A name that settings give as dimension and as input is the dimension, where the network has one so called. */
function shapeChoice(model: Model, { symbols, inputs }: ShapeSettings): Required<ShapeChoice> {
  const open = new Set(openSymbols(model));
  const both = (name: string) => name in symbols && name in inputs;
  return {
    symbols: new Map(
      Object.entries(symbols).filter(([name]) => !both(name) || open.has(name) || !model.graph.inputs.includes(name)),
    ),
    inputs: new Map(
      Object.entries(inputs).filter(([name]) => !both(name) || (!open.has(name) && model.graph.inputs.includes(name))),
    ),
  };
}

/** Names of first dimensions that nobody gave a size: batches, and everything here is per inference. */
function openBatches({ graph }: Model): string[] {
  const firsts = graph.inputs.map((id) => graph.tensors.get(id)?.shape?.[0]);
  return [...new Set(firsts.filter((dim) => typeof dim === 'string'))];
}

function layersOf(
  prepared: Model,
  { weightless }: Imported,
): { readonly layers: readonly NodeId[]; readonly problem?: Diagnostic } {
  if (weightless) {
    const message = 'The file describes a network without weights: it can be estimated, but not run or quantized.';
    return { layers: [], problem: { code: 'explore/no-weights', severity: 'warning', message } };
  }
  const open = prepared.graph.inputs.filter((id) => !isKnown(prepared.graph.tensors.get(id)?.shape));
  if (open.length > 0) {
    const message = `The network cannot be quantized before its inputs have sizes: ${open.join(', ')}.`;
    return { layers: [], problem: { code: 'explore/open-shapes', severity: 'warning', message } };
  }
  try {
    return { layers: quantizableLayers(prepared) };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    const node = thrown.facts['node'];
    const message = `${thrown.message} ${thrown.hint}`;
    return {
      layers: [],
      problem: {
        code: thrown.code,
        severity: 'warning',
        message,
        ...(typeof node === 'string' ? { node } : {}),
      },
    };
  }
}

const unknown = new WeakMap<Model, readonly string[]>();

/** Operators of the prepared network whose cost is not known: a sum without them would be too low. Found once per network. */
export function unknownOperators({ prepared }: Pick<OpenedModel, 'prepared'>): readonly string[] {
  const before = unknown.get(prepared);
  if (before) return before;
  const known = new Set(layerCosts(prepared).map((cost) => cost.node));
  const missing = prepared.graph.nodes.filter((node) => !known.has(node.id));
  const operators = [...new Set(missing.map(operatorName))];
  unknown.set(prepared, operators);
  return operators;
}

/** Elements of one sample of a value; `undefined` while its shape is open. */
export function elementsOf({ graph }: Model, tensor: string): number | undefined {
  const shape = graph.tensors.get(tensor)?.shape;
  return isKnown(shape) ? elementCount(shape) : undefined;
}
