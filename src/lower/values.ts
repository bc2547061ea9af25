import { BugError } from '../base/index.ts';
import type { BufferId, NodeId, ProgramPort, Shape, TensorId, TensorQuant } from '../ir/index.ts';
import {
  type AxisOrder,
  allAxes,
  axesOf,
  kernelAxes,
  type Loop,
  merged,
  ordered,
  permuted,
  rowMajorStrides,
  sameOrder,
  split,
} from './axis-order.ts';
import type { ProgramBuilder } from './builder.ts';

/** A graph value while lowering: its codes lie in `buffer`, in `order`. */
export interface Placed {
  readonly tensor: TensorId;
  readonly shape: Shape;
  readonly quant: TensorQuant;
  readonly buffer: BufferId;
  readonly order: AxisOrder;
}

/** A network input whose memory order is not chosen yet: its first reader decides, so that nothing has to be transposed. */
interface OpenInput {
  readonly tensor: TensorId;
  readonly shape: Shape;
  readonly quant: TensorQuant;
  placed?: { readonly buffer: BufferId; readonly axes: readonly number[] };
}

/** A value derived from an open input by moves alone: `loops` carry their strides in the input itself. */
interface Open {
  readonly tensor: TensorId;
  readonly shape: Shape;
  readonly quant: TensorQuant;
  readonly input: OpenInput;
  readonly loops: readonly Loop[];
}

export type Value = Placed | Open;

const isOpen = (value: Value): value is Open => 'input' in value;

/** The values of a graph in memory: which order they lie in, and the views and transposes that bring them into another. */
export class Values {
  readonly #builder: ProgramBuilder;
  readonly #values = new Map<TensorId, Value>();
  readonly #inputs: OpenInput[] = [];

  constructor(builder: ProgramBuilder) {
    this.#builder = builder;
  }

  addInput(tensor: TensorId, shape: Shape, quant: TensorQuant): void {
    const input: OpenInput = { tensor, shape, quant };
    this.#inputs.push(input);
    const loops = ordered(shape, allAxes(shape)).map((l) => ({ ...l, source: l.stride }));
    this.#values.set(tensor, { tensor, shape, quant, input, loops });
  }

  get(tensor: TensorId): Value | undefined {
    return this.#values.get(tensor);
  }

  set(tensor: TensorId, value: Value): void {
    this.#values.set(tensor, value);
  }

  /** A new value in the order that kernels on maps use, or in `axes`; returns it and the buffer to write. */
  create(tensor: TensorId, shape: Shape, quant: TensorQuant, axes: readonly number[] = kernelAxes(shape)): Placed {
    const sizes = axes.map((a) => shape[a] as number);
    return { tensor, shape, quant, buffer: this.#builder.buffer(tensor, sizes, quant), order: ordered(shape, axes) };
  }

  /** Renumbers: seen as `view`, axes permuted, seen as `shape`. Nothing is emitted unless loops run across axes unevenly. */
  rearrange(
    value: Value,
    nodes: readonly NodeId[],
    tensor: TensorId,
    shape: Shape,
    view: Shape,
    axes: readonly number[],
  ) {
    const seen = { ...value, shape: view };
    const loops = isOpen(seen) ? seen.loops : seen.order;
    const moved = permuted(loops, view, axes);
    if (moved) {
      this.#values.set(
        tensor,
        isOpen(seen) ? { ...seen, tensor, shape, loops: moved } : { ...seen, tensor, shape, order: moved },
      );
      return;
    }
    const plain = this.inOrder(value, ordered(value.shape, allAxes(value.shape)), nodes);
    const order = permuted(ordered(view, allAxes(view)), view, axes);
    if (!order) throw new BugError(`Cannot renumber [${view.join(', ')}] by [${axes.join(', ')}].`);
    this.#values.set(tensor, { ...plain, tensor, shape, order });
  }

  /** The value in this memory order: as it lies, or behind a transpose. */
  inOrder(value: Value, order: AxisOrder, nodes: readonly NodeId[]): Placed {
    const placed = isOpen(value) ? this.#settle(value, order) : value;
    if (sameOrder(placed.order, order)) return placed;
    const strides = (loops: readonly Loop[]) => loops.map((l) => l.stride);
    const target = merged(order);
    const from = split(merged(placed.order), strides(target));
    const to = from && split(target, strides(from));
    if (!from || !to) {
      const plain = ordered(value.shape, allAxes(value.shape));
      if (sameOrder(order, plain) || sameOrder(placed.order, plain))
        throw new BugError(`Cannot bring '${value.tensor}' into another order.`);
      return this.inOrder(this.inOrder(placed, plain, nodes), order, nodes);
    }
    const input = this.#builder.view(
      placed.buffer,
      from.map((l) => l.size),
    );
    const sizes = to.map((l) => l.size);
    const output = this.#builder.buffer(value.tensor, sizes, value.quant);
    const axes = to.map((l) => from.findIndex((f) => f.stride === l.stride));
    this.#builder.call({ kernel: 'transpose', nodes, inputs: [input], output, axes });
    return { ...placed, buffer: output, order };
  }

  /** The value with its axes nested in this order, and a buffer whose shape lists them all, those of size 1 too. */
  inAxes(value: Value, axes: readonly number[], nodes: readonly NodeId[], shape: Shape = value.shape): Placed {
    const seen = { ...value, shape };
    const placed = this.inOrder(seen, ordered(shape, axes), nodes);
    const sizes = axes.map((a) => shape[a] as number);
    return { ...placed, buffer: this.#builder.view(placed.buffer, sizes) };
  }

  /** The value in whatever order it lies. */
  anyOrder(value: Value): Placed {
    return isOpen(value) ? this.#settle(value, ordered(value.shape, kernelAxes(value.shape))) : value;
  }

  /** Ports of the network's inputs; one that nothing reads gets a buffer all the same. */
  inputPorts(): ProgramPort[] {
    return this.#inputs.map((input) => {
      const { buffer, axes } = this.#place(input, kernelAxes(input.shape));
      return { tensor: input.tensor, buffer, graphShape: input.shape, axes };
    });
  }

  outputPort(tensor: TensorId, value: Value, nodes: readonly NodeId[]): ProgramPort {
    let placed = this.anyOrder(value);
    let axes = axesOf(placed.order, value.shape);
    if (!axes) {
      placed = this.inOrder(placed, ordered(value.shape, allAxes(value.shape)), nodes);
      axes = axesOf(placed.order, value.shape) ?? [];
    }
    const sizes = axes.map((a) => value.shape[a] as number);
    return { tensor, buffer: this.#builder.view(placed.buffer, sizes), graphShape: value.shape, axes };
  }

  #place(input: OpenInput, axes: readonly number[]) {
    input.placed ??= {
      axes,
      buffer: this.#builder.buffer(
        input.tensor,
        axes.map((a) => input.shape[a] as number),
        input.quant,
      ),
    };
    return input.placed;
  }

  /** Gives an open value its memory: in the wanted order if the input's axes can be nested so, else as it is. */
  #settle(value: Open, wanted: AxisOrder): Placed {
    const { input } = value;
    const { buffer, axes } = input.placed ?? this.#place(input, this.#axesFor(value, wanted) ?? allAxes(input.shape));
    const nested = ordered(input.shape, axes);
    // Order of the value: its loops in the order in which the input's loops lie.
    const strides = rowMajorStrides(input.shape);
    const pieces = splitBySource(value.loops, strides);
    const rank = (loop: Loop) =>
      nested.findIndex((n) => (loop.source as number) >= n.stride && (loop.source as number) < n.stride * n.size);
    const order = [...pieces].sort((a, b) => rank(a) - rank(b) || (b.source as number) - (a.source as number));
    const { tensor, shape, quant } = value;
    return { tensor, shape, quant, buffer, order: order.map(({ stride, size }) => ({ stride, size })) };
  }

  #axesFor(value: Open, wanted: AxisOrder): number[] | undefined {
    const strides = wanted.map((l) => l.stride);
    const loops = split(value.loops, strides);
    const target =
      loops &&
      split(
        wanted,
        loops.map((l) => l.stride),
      );
    const source = target?.map((t) => loops?.find((l) => l.stride === t.stride));
    if (!source || source.some((l) => l === undefined)) return undefined;
    const asSource = source.map((l) => ({ stride: l?.source as number, size: l?.size as number }));
    return axesOf(asSource, value.input.shape);
  }
}

/** Splits loops so that none runs across two axes of the input. */
function splitBySource(loops: readonly Loop[], strides: readonly number[]): readonly Loop[] {
  const turned = loops.map((l) => ({ stride: l.source as number, size: l.size, source: l.stride }));
  const pieces = split(turned, strides);
  if (!pieces) throw new BugError('A value runs across the axes of a network input unevenly.');
  return pieces.map((l) => ({ stride: l.source as number, size: l.size, source: l.stride }));
}
