import { type Dim, dataTypeOf, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn } from '../dims.ts';
import { listOf, reshaped, scalarOf } from '../elements.ts';
import { badAttribute, incompatibleShapes } from '../errors.ts';
import { value } from '../inference.ts';
import { concat } from '../layout/concat.ts';
import { split } from '../layout/split.ts';
import { type BoundOp, OPEN_SIZE, type OpDef, type RuntimeValue, type Value } from '../op-def.ts';
import { isSequence, isTensor, sequenceAt, tensorAt } from '../values.ts';
import { bodyIn, common, controlFlow, openAgain, renamed } from './if-loop.ts';
import { sliceAt } from './scan.ts';

/** Operators on sequences of tensors and on optional values. */

/** An operator on sequences or optionals; `infer` says what it can. */
function valueOperator<Id extends string>(
  id: Id,
  sinceOpset: number,
  bind: (read: AttributeReader) => Partial<BoundOp> & Pick<BoundOp, 'runValues'>,
) {
  return {
    id,
    sinceOpset,
    bind: (attributes) => ({ ...controlFlow(id), ...bind(new AttributeReader(id, attributes)) }),
  } as const satisfies OpDef;
}

const sequenceOf = (sequence: readonly Tensor[]): RuntimeValue => {
  const [first] = sequence;
  return { ...(first ? { type: first.type } : {}), sequence };
};

/** What is known of a sequence whose elements are these. */
const sequenceLike = (...elements: readonly (Value | undefined)[]): Value => ({
  element: elements.reduce<Value>((all, v) => common(all, v), value(elements[0]?.type, elements[0]?.shape)),
});

/** A position in a sequence; negative ones count from the end. `room` positions exist. */
const positionIn = (op: string, position: Tensor, room: number): number => axisIn(op, scalarOf(position), room);

export const sequenceEmpty = valueOperator('SequenceEmpty', 11, (read) => {
  const type = dataTypeOf(read.int('dtype') ?? 1) ?? 'float32';
  return { infer: () => [{ element: { type } }], runValues: () => [{ type, sequence: [] }] };
});

export const sequenceConstruct = valueOperator('SequenceConstruct', 11, () => ({
  infer: (inputs) => [sequenceLike(...inputs)],
  runValues: (inputs) => [sequenceOf(inputs.map((_, i) => tensorAt('SequenceConstruct', inputs, i)))],
}));

export const sequenceElement = valueOperator('SequenceAt', 11, () => ({
  infer: ([sequence]) => [sequence?.element ?? {}],
  runValues(inputs) {
    const { sequence } = sequenceAt('SequenceAt', inputs, 0);
    return [sequence[positionIn('SequenceAt', tensorAt('SequenceAt', inputs, 1), sequence.length)] as Tensor];
  },
}));

export const sequenceInsert = valueOperator('SequenceInsert', 11, () => ({
  infer: ([sequence, tensor]) => [
    // An empty sequence knows a type at most.
    sequence?.element?.shape ? sequenceLike(sequence.element, tensor) : { element: value(tensor?.type, undefined) },
  ],
  runValues(inputs) {
    const list = [...sequenceAt('SequenceInsert', inputs, 0).sequence];
    const at = isTensor(inputs[2]) ? positionIn('SequenceInsert', inputs[2], list.length + 1) : list.length;
    // Negative positions are counted from the last element, not from behind it.
    const isFromEnd = isTensor(inputs[2]) && scalarOf(inputs[2]) < 0;
    list.splice(isFromEnd ? at - 1 : at, 0, tensorAt('SequenceInsert', inputs, 1));
    return [sequenceOf(list)];
  },
}));

export const sequenceErase = valueOperator('SequenceErase', 11, () => ({
  infer: ([sequence]) => [sequence ?? {}],
  runValues(inputs) {
    const { type, sequence } = sequenceAt('SequenceErase', inputs, 0);
    const gone = isTensor(inputs[1]) ? positionIn('SequenceErase', inputs[1], sequence.length) : sequence.length - 1;
    return [{ ...(type ? { type } : {}), sequence: sequence.filter((_, i) => i !== gone) }];
  },
}));

export const sequenceLength = valueOperator('SequenceLength', 11, () => ({
  infer: () => [value('int64', [])],
  runValues: (inputs) => [tensorOf('int64', [], [sequenceAt('SequenceLength', inputs, 0).sequence.length])],
}));

/** Parts of equal size (the last may be smaller), of given sizes, or (without sizes) single slices. */
export const splitToSequence = valueOperator('SplitToSequence', 11, (read) => {
  const axis = read.int('axis') ?? 0;
  const keep = (read.int('keepdims') ?? 1) !== 0;
  const sizesFor = (size: number, sizes: Tensor | undefined): number[] => {
    if (!sizes) return Array.from({ length: size }, () => 1);
    if (sizes.shape.length > 0) return listOf(sizes);
    const each = scalarOf(sizes);
    if (!(each > 0)) throw badAttribute('SplitToSequence', 'split', `is ${each}`);
    return Array.from({ length: Math.ceil(size / each) }, (_, i) => Math.min(each, size - i * each));
  };
  return {
    infer([x, sizes]) {
      if (!x?.shape) return [{ element: value(x?.type, undefined) }];
      const at = axisIn('SplitToSequence', axis, x.shape.length);
      const drops = !sizes && !keep;
      const isEven = sizes === undefined;
      const shape = x.shape.flatMap<Dim>((d, i) => (i === at ? (drops ? [] : [isEven ? 1 : OPEN_SIZE]) : [d]));
      return [{ element: value(x.type, shape) }];
    },
    runValues(inputs) {
      const x = tensorAt('SplitToSequence', inputs, 0);
      const at = axisIn('SplitToSequence', axis, x.shape.length);
      const lengths = isTensor(inputs[1]) ? inputs[1] : undefined;
      const sizes = sizesFor(x.shape[at] as number, lengths);
      if (!lengths && !keep) return [sequenceOf(sizes.map((_, i) => sliceAt(x, at, i)))];
      const cut = (split as OpDef).bind(new Map([['axis', { kind: 'int', value: at }]]), 13);
      return [sequenceOf(cut.run([x, tensorOf('int64', [sizes.length], sizes)], sizes.length))];
    },
  };
});

/** Tensors of a sequence behind each other along an axis, or along a new one. */
export const concatFromSequence = valueOperator('ConcatFromSequence', 11, (read) => {
  const axis = read.int('axis') ?? 0;
  const isNew = read.flag('new_axis');
  return {
    infer([sequence]) {
      const { type, shape } = sequence?.element ?? {};
      if (!shape) return [value(type, undefined)];
      const at = axisIn('ConcatFromSequence', axis, shape.length + (isNew ? 1 : 0));
      const out: Dim[] = [...shape];
      out.splice(at, isNew ? 0 : 1, OPEN_SIZE);
      return [value(type, out)];
    },
    runValues(inputs) {
      const { sequence } = sequenceAt('ConcatFromSequence', inputs, 0);
      const [first] = sequence;
      if (!first) throw incompatibleShapes('ConcatFromSequence', 'the sequence is empty', []);
      const at = axisIn('ConcatFromSequence', axis, first.shape.length + (isNew ? 1 : 0));
      const parts = isNew
        ? sequence.map((t) => reshaped(t, [...t.shape.slice(0, at), 1, ...t.shape.slice(at)]))
        : sequence;
      return (concat as OpDef).bind(new Map([['axis', { kind: 'int', value: at }]]), 13).run(parts, 1);
    },
  };
});

/** Runs its body for every element of its first input; further sequences are walked along with it, tensors passed as they are. */
export const sequenceMap = {
  id: 'SequenceMap',
  sinceOpset: 17,
  bind(attributes) {
    const body = bodyIn('SequenceMap', new AttributeReader('SequenceMap', attributes), 'body');
    return {
      ...controlFlow('SequenceMap'),
      inferBodies: (inputs, _count, bodies) =>
        bodies
          .inferBody(
            body,
            inputs.map((v, i) => (v?.element ? renamed(v.element, i) : (v ?? {}))),
          )
          .map((element) => ({ element: openAgain(element) })),
      bodyRuns: () => undefined,
      runValues(inputs, outputCount, bodies) {
        const { sequence } = sequenceAt('SequenceMap', inputs, 0);
        const results = sequence.map((_, i) =>
          bodies.runBody(
            body,
            inputs.map((v) => (isSequence(v) ? v.sequence[i] : v)),
          ),
        );
        return Array.from({ length: outputCount }, (_, k) =>
          sequenceOf(results.map((r) => tensorAt('SequenceMap', r, k))),
        );
      },
    };
  },
} as const satisfies OpDef;

/** Something, or (without an input) nothing. */
export const optional = valueOperator('Optional', 15, () => ({
  infer: ([x]) => [x ?? {}],
  run: (inputs) => [tensorAt('Optional', inputs, 0)],
  runValues: ([x]) => [x ?? { optional: 'empty' }],
}));

const has = (x: RuntimeValue | undefined): Tensor => tensorOf('bool', [], [x === undefined || 'optional' in x ? 0 : 1]);

export const optionalHasElement = valueOperator('OptionalHasElement', 15, () => ({
  infer: () => [value('bool', [])],
  run: ([x]) => [has(x)],
  runValues: ([x]) => [has(x)],
}));

export const optionalGetElement = valueOperator('OptionalGetElement', 15, () => ({
  infer: ([x]) => [x ?? {}],
  run: (inputs) => [tensorAt('OptionalGetElement', inputs, 0)],
  runValues: (inputs) => [isSequence(inputs[0]) ? inputs[0] : tensorAt('OptionalGetElement', inputs, 0)],
}));
