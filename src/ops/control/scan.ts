import { type Dim, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, stridesOf } from '../dims.ts';
import { given, listOf, take, walk } from '../elements.ts';
import { badAttribute } from '../errors.ts';
import { type Inputs, value } from '../inference.ts';
import type { BodyRunner, BoundOp, OpDef, RuntimeValue, Value } from '../op-def.ts';
import { tensorAt, tensorsOnly } from '../values.ts';
import { bodyIn, controlFlow, inferRepeated, stacked } from './if-loop.ts';

/** Runs its body for every slice of its scanned inputs, carrying state from one to the next. */

/** One slice of a tensor, without the axis it was cut along. */
export function sliceAt(x: Tensor, axis: number, index: number): Tensor {
  const strides = stridesOf(x.shape);
  const without = <T>(list: readonly T[]) => list.filter((_, i) => i !== axis);
  const shape = without(x.shape);
  return take(x, shape, walk(shape, without(strides), index * (strides[axis] as number)));
}

/** The first axis moved to place `axis`. */
function firstAxisTo(x: Tensor, axis: number): Tensor {
  if (axis === 0) return x;
  const order = [...x.shape.keys()].slice(1);
  order.splice(axis, 0, 0);
  const strides = stridesOf(x.shape);
  const shape = order.map((d) => x.shape[d] as number);
  return take(
    x,
    shape,
    walk(
      shape,
      order.map((d) => strides[d] as number),
    ),
  );
}

interface ScanAttributes {
  readonly scanInputs: number;
  readonly inputBackwards: (i: number) => boolean;
  readonly outputBackwards: (i: number) => boolean;
  readonly inputAxis: (i: number, rank: number) => number;
  readonly outputAxis: (i: number, rank: number) => number;
}

function readScan(read: AttributeReader, opset: number): ScanAttributes {
  const scanInputs = read.int('num_scan_inputs');
  if (scanInputs === undefined || scanInputs < 1) throw badAttribute('Scan', 'num_scan_inputs', 'is missing');
  const flags = (name: string) => (i: number) => (read.ints(name)?.[i] ?? 0) !== 0;
  const axes = (name: string) => (i: number, rank: number) => axisIn('Scan', read.ints(name)?.[i] ?? 0, rank);
  return {
    scanInputs,
    inputBackwards: flags(opset < 9 ? 'directions' : 'scan_input_directions'),
    outputBackwards: flags('scan_output_directions'),
    inputAxis: axes('scan_input_axes'),
    outputAxis: axes('scan_output_axes'),
  };
}

/** One sequence: final states, then scanned outputs, stacked. */
function scanOnce(
  op: { readonly a: ScanAttributes; readonly body: Parameters<BodyRunner['runBody']>[0] },
  states: readonly Tensor[],
  scanned: readonly Tensor[],
  bodies: BodyRunner,
): readonly Tensor[] {
  const { a, body } = op;
  const axes = scanned.map((t, i) => a.inputAxis(i, t.shape.length));
  const length = scanned[0]?.shape[axes[0] ?? 0] ?? 0;
  let carried: readonly RuntimeValue[] = states;
  const collected: Tensor[][] = body.graph.outputs.slice(states.length).map(() => []);
  for (let step = 0; step < length; step++) {
    const slices = scanned.map((t, i) => sliceAt(t, axes[i] as number, a.inputBackwards(i) ? length - 1 - step : step));
    const results = bodies.runBody(body, [...carried, ...slices]);
    carried = results.slice(0, states.length);
    collected.forEach((list, i) => {
      const result = tensorAt('Scan', results, states.length + i);
      if (a.outputBackwards(i)) list.unshift(result);
      else list.push(result);
    });
  }
  const described = body.graph.outputs.slice(states.length).map((id) => body.graph.tensors.get(id));
  const outputs = collected.map((list, i) => {
    const all = stacked('Scan', list, described[i]);
    return firstAxisTo(all, a.outputAxis(i, all.shape.length));
  });
  return [...carried.map((_, i) => tensorAt('Scan', carried, i)), ...outputs];
}

/** The first `length` elements along the first axis. */
const firstOf = (x: Tensor, length: number): Tensor => {
  const shape = [length, ...x.shape.slice(1)];
  return take(x, shape, walk(shape, stridesOf(x.shape)));
};

/** Filled up with zeros along the first axis. */
const filledTo = (x: Tensor, length: number): Tensor => {
  const shape = [length, ...x.shape.slice(1)];
  const size = x.data.length;
  return take(
    x,
    shape,
    walk(shape, stridesOf(shape)).map((at) => (at < size ? at : -1)),
  );
};

/** The form of opset 8: every value has a leading batch axis, and sequences may end early. */
function scanBatches(
  op: Parameters<typeof scanOnce>[0],
  inputs: readonly (Tensor | undefined)[],
  bodies: BodyRunner,
): readonly Tensor[] {
  const lengths = inputs[0] && listOf(inputs[0]);
  const values = inputs.slice(1).map((_, i) => given('Scan', inputs, i + 1));
  const stateCount = values.length - op.a.scanInputs;
  const [batch = 0, longest = 0] = values.at(-1)?.shape ?? [];
  const results = Array.from({ length: batch }, (_, b) => {
    const own = values.map((t) => sliceAt(t, 0, b));
    const length = lengths?.[b] ?? longest;
    const scanned = own.slice(stateCount).map((t) => firstOf(t, length));
    return scanOnce(op, own.slice(0, stateCount), scanned, bodies).map((t, i) =>
      i < stateCount ? t : filledTo(t, longest),
    );
  });
  return op.body.graph.outputs.map((_, i) =>
    stacked(
      'Scan',
      results.map((r) => r[i] ?? tensorOf('float32', [], [0])),
    ),
  );
}

const without = <T>(list: readonly T[], at: number): readonly T[] => list.filter((_, i) => i !== at);

function inferScan(
  op: Parameters<typeof scanOnce>[0],
  inputs: Inputs,
  bodies: Parameters<NonNullable<BoundOp['inferBodies']>>[2],
): readonly Value[] {
  const stateCount = inputs.length - op.a.scanInputs;
  let length: Dim | undefined;
  const slices = inputs.slice(stateCount).map((v, i) => {
    if (!v?.shape) return value(v?.type, undefined);
    const axis = op.a.inputAxis(i, v.shape.length);
    if (typeof length !== 'number') length = v.shape[axis];
    return value(v.type, without(v.shape, axis));
  });
  const states = inputs.slice(0, stateCount).map((v) => value(v?.type, v?.shape));
  return inferRepeated(bodies, op.body, states, (now) => [...now, ...slices]).map((v, i) => {
    if (i < stateCount) return v;
    if (!v.shape || length === undefined) return value(v.type, undefined);
    const shape = [...v.shape];
    shape.splice(op.a.outputAxis(i - stateCount, shape.length + 1), 0, length);
    return value(v.type, shape);
  });
}

export const scan = {
  id: 'Scan',
  sinceOpset: 8,
  bind(attributes, opset) {
    const read = new AttributeReader('Scan', attributes);
    const op = { a: readScan(read, opset), body: bodyIn('Scan', read, 'body') };
    const batched = opset < 9;
    /** Values of the batched form, with the batch taken off; and put back on. */
    const unbatched = (inputs: Inputs) =>
      inputs.slice(1).map((v) => (v?.shape ? value(v.type, v.shape.slice(1)) : value(v?.type, undefined)));
    return {
      ...controlFlow('Scan'),
      inferBodies(inputs, _count, bodies) {
        if (!batched) return inferScan(op, inputs, bodies);
        const batch = inputs.at(-1)?.shape?.[0];
        return inferScan(op, unbatched(inputs), bodies).map((v) =>
          value(v.type, v.shape && batch !== undefined ? [batch, ...v.shape] : undefined),
        );
      },
      bodyRuns(inputs) {
        const first = inputs[inputs.length - op.a.scanInputs];
        if (!first?.shape) return undefined;
        const [batch = 1, longest] = first.shape;
        const steps = batched ? longest : first.shape[op.a.inputAxis(0, first.shape.length)];
        if (typeof steps !== 'number') return undefined;
        if (!batched) return steps;
        return typeof batch === 'number' ? steps * batch : undefined;
      },
      runValues(inputs, _count, bodies) {
        const tensors = tensorsOnly('Scan', inputs);
        if (batched) return scanBatches(op, tensors, bodies);
        const all = tensors.map((_, i) => given('Scan', tensors, i));
        const stateCount = all.length - op.a.scanInputs;
        return scanOnce(op, all.slice(0, stateCount), all.slice(stateCount), bodies);
      },
    };
  },
} as const satisfies OpDef;
