import { BugError } from '../../base/index.ts';
import type {
  CallOf,
  CodeClamp,
  ConstantId,
  KernelCall,
  KernelName,
  Program,
  ProgramBuffer,
  Rescale,
  StorageType,
} from '../../ir/index.ts';
import { storageBytes } from '../../ir/index.ts';
import { cannotExpress } from '../errors.ts';
import { type Code, code, joined, trusted } from '../shared/code.ts';
import { plainWords } from '../shared/names.ts';
import { broadcastStrides, contiguousStrides, joinAxes } from '../shared/strides.ts';
import type { CConstants, CWeights } from './constants.ts';

/** One call of a runtime function: its constant argument, and the sources it needs. */
export interface PrintedCall {
  /** Function without the `nn_`: 'conv2d'. */
  readonly kernel: Code;
  readonly fields: Code;
}

/** Longest row of packed weights, per width of the unpacked value, in elements. */
export interface Scratch {
  int8: number;
  int16: number;
}

export class CallContext {
  readonly scratch: Scratch = { int8: 0, int16: 0 };
  readonly #buffers: ReadonlyMap<number, ProgramBuffer>;

  constructor(
    program: Program,
    readonly constants: CConstants,
    private readonly target: string,
  ) {
    this.#buffers = new Map(program.buffers.map((b) => [b.id, b]));
  }

  buffer(id: number): ProgramBuffer {
    const found = this.#buffers.get(id);
    if (!found) throw new BugError(`The program has no buffer ${id}.`);
    return found;
  }

  input(call: KernelCall, index: number): ProgramBuffer {
    return this.buffer(call.inputs[index] ?? -1);
  }

  refuse(call: KernelCall, what: string): never {
    throw cannotExpress(this.target, call.nodes[0] ?? call.kernel, what);
  }

  /** [height, width, channels] of a buffer that is a map. */
  map(call: KernelCall, buffer: ProgramBuffer): Code {
    if (buffer.shape.length > 3) this.refuse(call, `its value has ${buffer.shape.length} axes, a map has three`);
    const padded = [1, 1, 1, ...buffer.shape].slice(-3);
    return braces(padded);
  }

  /** Strides of one walk, over as few axes as the runtime takes. */
  walk(call: KernelCall, shape: readonly number[], strides: readonly (readonly number[])[]) {
    const walk = joinAxes({ shape, strides });
    if (walk.shape.length > 6) this.refuse(call, `its values have ${walk.shape.length} axes, the runtime takes six`);
    return walk;
  }
}

export const arenaAt = (offset: number): Code => (offset === 0 ? code`arena` : code`arena + ${offset}`);

export const runtimeType = (type: StorageType): Code => trusted(`NN_${type.toUpperCase()}`);

const braces = (values: readonly (number | Code)[]): Code => trusted(`{${values.join(', ')}}`);

const inputOf = (b: ProgramBuffer): Code => braces([arenaAt(b.offset), runtimeType(b.type), b.zeroPoint]);

const outputOf = (b: ProgramBuffer, { low, high }: CodeClamp): Code =>
  braces([arenaAt(b.offset), runtimeType(b.type), b.zeroPoint, low, high]);

/** `.name = value` lines of an initializer. */
const fields = (entries: Readonly<Record<string, number | Code>>): Code =>
  joined(
    Object.entries(entries).map(([name, value]) => code`.${trusted(name)} = ${value},`),
    '\n',
  );

function rescaleOf(constants: CConstants, rescale: Rescale): Code {
  const multiplier = constants.array(rescale.multiplier, 'int32');
  const shift = constants.array(rescale.shift, 'uint8');
  const step = (a: { values: ArrayLike<number> }) => (a.values.length > 1 ? 1 : 0);
  return braces([multiplier.name, shift.name, step(multiplier), step(shift), rescale.rounding ? 1 : 0]);
}

function weightsOf(context: CallContext, call: CallOf<'conv2d'> | CallOf<'dense'>): [CWeights, Code] {
  const weights = context.constants.weights(call.weights);
  if (!weights) return context.refuse(call, 'its weights are wider than 16 bits');
  const kind = weights.valueBytes === 1 ? 'int8' : 'int16';
  if (weights.packed) context.scratch[kind] = Math.max(context.scratch[kind], weights.rowValues);
  const scratch = code`scratch_${trusted(kind)}`;
  const text = braces([
    weights.name,
    weights.rowBytes,
    weights.valueBytes,
    weights.bits,
    weights.packed ? code`nn_unpack_${trusted(kind)}` : code`NULL`,
    weights.packed ? scratch : code`NULL`,
    weightZeros(context, call, weights),
  ]);
  return [weights, text];
}

/** Zero points of the weights as printed (signed), one per output channel; NULL where all are zero. */
function weightZeros(
  context: CallContext,
  call: CallOf<'conv2d'> | CallOf<'dense'>,
  { rows, subtracted }: CWeights,
): Code {
  const own = call.weightZeroPoint === undefined ? undefined : context.constants.get(call.weightZeroPoint);
  const zeros = Int32Array.from(
    { length: rows },
    (_, o) => (own ? (own.data[own.data.length > 1 ? o : 0] as number) : 0) - subtracted,
  );
  if (zeros.every((z) => z === 0)) return code`NULL`;
  const weights = context.constants.get(call.weights);
  const key = `zeros ${call.weights} ${call.weightZeroPoint}`;
  return context.constants.derived(key, 'weight_zeros', weights.label, 'int32', zeros).name;
}

function dotOf(context: CallContext, call: CallOf<'conv2d'> | CallOf<'dense'>, weights: CWeights): Code {
  const x = context.input(call, 0);
  if (x.type === 'int32') return context.refuse(call, 'its input codes are wider than 16 bits');
  const width = call.accumulator === 'int32' ? 32 : 64;
  return trusted(`nn_dot_${x.type}_int${8 * weights.valueBytes}_${width}`);
}

const DOT_SOURCES = [code`dot`, code`unpack`];

type Printer<K extends KernelName> = (call: CallOf<K>, context: CallContext) => readonly PrintedCall[];

const one = (kernel: Code, entries: Readonly<Record<string, number | Code>>): readonly PrintedCall[] => [
  { kernel, fields: fields(entries) },
];

const poolWindowOf = ({ window, strides, pads }: CallOf<'maxPool'> | CallOf<'averagePool'>) => ({
  window_height: window[0],
  window_width: window[1],
  stride_height: strides[0],
  stride_width: strides[1],
  pad_top: pads[0],
  pad_left: pads[1],
});

/** How each kernel of a Program is printed; a kernel without an entry does not compile. */
const printers: { readonly [K in KernelName]: Printer<K> } = {
  conv2d(call, context) {
    const [x, y] = [context.input(call, 0), context.buffer(call.output)];
    const [weights, weightsText] = weightsOf(context, call);
    const shape = context.constants.get(call.weights).shape;
    return one(code`conv2d`, {
      x: inputOf(x),
      in: context.map(call, x),
      y: outputOf(y, call.clamp),
      out: context.map(call, y),
      weights: weightsText,
      bias: context.constants.array(call.bias, 'int32').name,
      dot: dotOf(context, call, weights),
      rescale: rescaleOf(context.constants, call.rescale),
      kernel_height: shape[1] as number,
      kernel_width: shape[2] as number,
      stride_height: call.strides[0],
      stride_width: call.strides[1],
      dilation_height: call.dilations[0],
      dilation_width: call.dilations[1],
      pad_top: call.pads[0],
      pad_left: call.pads[1],
      groups: call.groups,
    });
  },
  dense(call, context) {
    const [weights, weightsText] = weightsOf(context, call);
    return one(code`dense`, {
      x: inputOf(context.input(call, 0)),
      y: outputOf(context.buffer(call.output), call.clamp),
      weights: weightsText,
      bias: context.constants.array(call.bias, 'int32').name,
      dot: dotOf(context, call, weights),
      rescale: rescaleOf(context.constants, call.rescale),
      rows: call.rows,
      in_channels: weights.rowValues,
      out_channels: weights.rows,
    });
  },
  maxPool(call, context) {
    const [x, y] = [context.input(call, 0), context.buffer(call.output)];
    return one(code`max_pool`, {
      x: inputOf(x),
      in: context.map(call, x),
      y: outputOf(y, call.clamp),
      out: context.map(call, y),
      ...poolWindowOf(call),
      dilation_height: call.dilations[0],
      dilation_width: call.dilations[1],
    });
  },
  averagePool(call, context) {
    const [x, y] = [context.input(call, 0), context.buffer(call.output)];
    return one(code`average_pool`, {
      x: inputOf(x),
      in: context.map(call, x),
      y: outputOf(y, call.clamp),
      out: context.map(call, y),
      ...poolWindowOf(call),
      pad_bottom: call.pads[2],
      pad_right: call.pads[3],
      count_padding: call.countPadding ? 1 : 0,
      multiplier: context.constants.array(call.multiplier, 'int32').name,
      shift: call.shift,
    });
  },
  add(call, context) {
    return one(code`add`, {
      ...elementwise(call, context),
      y: outputOf(context.buffer(call.output), call.clamp),
      multiplier_a: call.multiplierA,
      multiplier_b: call.multiplierB,
      shift: call.shift,
    });
  },
  mul(call, context) {
    const y = context.buffer(call.output);
    return one(code`mul`, {
      ...elementwise(call, context),
      y: outputOf(y, call.clamp),
      channels: y.shape.at(-1) ?? 1,
      rescale: rescaleOf(context.constants, call.rescale),
    });
  },
  lookup(call, context) {
    const y = context.buffer(call.output);
    return one(code`lookup`, {
      x: inputOf(context.input(call, 0)),
      to: arenaAt(y.offset),
      type: runtimeType(y.type),
      count: countOf(y),
      table: context.constants.array(call.table, y.type).name,
    });
  },
  requantize(call, context) {
    const y = context.buffer(call.output);
    return one(code`requantize`, {
      x: inputOf(context.input(call, 0)),
      y: outputOf(y, call.clamp),
      count: countOf(y),
      channels: y.shape.at(-1) ?? 1,
      rescale: rescaleOf(context.constants, call.rescale),
    });
  },
  concat(call, context) {
    const y = context.buffer(call.output);
    const to = contiguousStrides(y.shape);
    let at = 0;
    return call.inputs.map((id) => {
      const x = context.buffer(id);
      const target = { buffer: y, element: at * (to[call.axis] as number), strides: to };
      at += x.shape[call.axis] as number;
      return copyOf(call, context, x.shape, { buffer: x, element: 0, strides: contiguousStrides(x.shape) }, target);
    });
  },
  pad(call, context) {
    const [x, y] = [context.input(call, 0), context.buffer(call.output)];
    const to = contiguousStrides(y.shape);
    const first = call.before.reduce((sum, before, axis) => sum + before * (to[axis] as number), 0);
    const fill = fields({
      to: arenaAt(y.offset),
      type: runtimeType(y.type),
      count: countOf(y),
      code: call.fillCode,
    });
    const source = { buffer: x, element: 0, strides: contiguousStrides(x.shape) };
    return [
      { kernel: code`fill`, fields: fill },
      copyOf(call, context, x.shape, source, { buffer: y, element: first, strides: to }),
    ];
  },
  transpose(call, context) {
    const [x, y] = [context.input(call, 0), context.buffer(call.output)];
    const own = contiguousStrides(x.shape);
    const source = { buffer: x, element: 0, strides: call.axes.map((axis) => own[axis] as number) };
    return [copyOf(call, context, y.shape, source, { buffer: y, element: 0, strides: contiguousStrides(y.shape) })];
  },
  slice(call, context) {
    const [x, y] = [context.input(call, 0), context.buffer(call.output)];
    const own = contiguousStrides(x.shape);
    const source = {
      buffer: x,
      element: call.starts.reduce((sum, start, axis) => sum + start * (own[axis] as number), 0),
      strides: call.steps.map((step, axis) => step * (own[axis] as number)),
    };
    return [copyOf(call, context, y.shape, source, { buffer: y, element: 0, strides: contiguousStrides(y.shape) })];
  },
  resizeNearest(call, context) {
    const [x, y] = [context.input(call, 0), context.buffer(call.output)];
    if (x.shape.length !== 3) context.refuse(call, `its value has ${x.shape.length} axes, a map has three`);
    const [height, width, channels] = y.shape as readonly [number, number, number];
    return one(code`resize_nearest`, {
      from: arenaAt(x.offset),
      to: arenaAt(y.offset),
      pixel_bytes: channels * storageBytes(x.type),
      in_width: x.shape[1] as number,
      out_height: height,
      out_width: width,
      rows: indexArray(context, call.rows),
      columns: indexArray(context, call.columns),
    });
  },
};

const indexArray = (context: CallContext, id: ConstantId): Code => context.constants.array(id, 'int32').name;

const countOf = (b: ProgramBuffer): number => b.shape.reduce((n, d) => n * d, 1);

function elementwise(call: CallOf<'add'> | CallOf<'mul'>, context: CallContext) {
  const [a, b] = [context.input(call, 0), context.input(call, 1)];
  const walk = context.walk(call, a.shape, [contiguousStrides(a.shape), broadcastStrides(b.shape, a.shape)]);
  return {
    a: inputOf(a),
    b: inputOf(b),
    rank: walk.shape.length,
    shape: braces(walk.shape),
    b_strides: braces(walk.strides[1] as readonly number[]),
  };
}

interface CopyEnd {
  readonly buffer: ProgramBuffer;
  /** Index of the first element touched. */
  readonly element: number;
  readonly strides: readonly number[];
}

function copyOf(
  call: KernelCall,
  context: CallContext,
  shape: readonly number[],
  from: CopyEnd,
  to: CopyEnd,
): PrintedCall {
  const walk = context.walk(call, shape, [from.strides, to.strides]);
  const bytes = storageBytes(from.buffer.type);
  const start = (end: CopyEnd) => arenaAt(end.buffer.offset + end.element * bytes);
  return {
    kernel: code`copy`,
    fields: fields({
      from: start(from),
      to: start(to),
      element_bytes: bytes,
      rank: walk.shape.length,
      shape: braces(walk.shape),
      from_strides: braces(walk.strides[0] as readonly number[]),
      to_strides: braces(walk.strides[1] as readonly number[]),
    }),
  };
}

/** The runtime calls that compute one call of the program, in order. */
export function printCall<K extends KernelName>(call: CallOf<K>, context: CallContext): readonly PrintedCall[] {
  const print = printers[call.kernel as K] as Printer<K>;
  return print(call, context);
}

/** Runtime sources (without '.c') a printed call needs besides its own. */
export const sourcesOf = ({ kernel }: PrintedCall): readonly Code[] =>
  kernel === 'conv2d' || kernel === 'dense' ? [kernel, ...DOT_SOURCES] : [kernel];

/** Name of the layer in a comment. */
export const layerWords = (call: KernelCall): Code => plainWords(call.nodes[0] ?? call.kernel);
