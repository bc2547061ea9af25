import { type Dim, elementCount, numbersOf, type Shape, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { type Dims, stridesOf } from '../dims.ts';
import { given, resultOf, walk } from '../elements.ts';
import { badAttribute, incompatibleShapes } from '../errors.ts';
import { value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Sums of products over named indices: 'ij,jk->ik', with '...' for any further ones and repeated ones for diagonals. */

interface Equation {
  /** Indices of each operand; '...' is one entry. */
  readonly operands: readonly (readonly string[])[];
  /** `undefined`: not stated. */
  readonly output: readonly string[] | undefined;
}

const ELLIPSIS = '...';

function parsed(equation: string): Equation {
  const text = equation.replace(/\s/g, '');
  if (!/^[A-Za-z.,]*(->[A-Za-z.]*)?$/.test(text)) throw badAttribute('Einsum', 'equation', `is '${equation}'`);
  const [left = '', right] = text.split('->');
  const indices = (term: string): string[] => term.match(/\.\.\.|[A-Za-z]/g) ?? [];
  return { operands: left.split(',').map(indices), output: right === undefined ? undefined : indices(right) };
}

/** Every axis with a label: letters, and numbers (counted from the end) for those an ellipsis stands for. */
interface Labelled {
  readonly axes: readonly (readonly string[])[];
  readonly output: readonly string[];
  readonly sizes: ReadonlyMap<string, Dim>;
}

function labelled({ operands, output }: Equation, shapes: readonly Dims[]): Labelled {
  if (operands.length !== shapes.length)
    throw incompatibleShapes('Einsum', `the equation has ${operands.length} operands`, shapes);
  let widest = 0;
  const axes = operands.map((indices, k) => {
    const shape = shapes[k] as Dims;
    const further = shape.length - indices.filter((i) => i !== ELLIPSIS).length;
    if (further < 0 || (further > 0 && !indices.includes(ELLIPSIS)))
      throw incompatibleShapes('Einsum', `operand ${k} has other dimensions than the equation`, shapes);
    widest = Math.max(widest, further);
    return indices.flatMap((i) => (i === ELLIPSIS ? Array.from({ length: further }, (_, n) => `${further - n}`) : [i]));
  });
  const sizes = new Map<string, Dim>();
  axes.forEach((labels, k) => {
    labels.forEach((label, d) => {
      const size = (shapes[k] as Dims)[d] as Dim;
      const known = sizes.get(label);
      const differ = typeof known === 'number' && typeof size === 'number' && known !== size;
      if (differ && known !== 1 && size !== 1)
        throw incompatibleShapes('Einsum', `index '${label}' has sizes ${known} and ${size}`, shapes);
      if (known === undefined || known === 1 || (typeof known === 'string' && typeof size === 'number' && size !== 1))
        sizes.set(label, size);
    });
  });
  const all = Array.from({ length: widest }, (_, n) => `${widest - n}`);
  const stated = output?.flatMap((i) => (i === ELLIPSIS ? all : [i]));
  return { axes, output: stated ?? [...all, ...seenOnce(axes)], sizes };
}

/** Without a stated output: the letters that occur once, in alphabetical order. */
function seenOnce(axes: readonly (readonly string[])[]): string[] {
  const letters = axes.flat().filter((label) => /[A-Za-z]/.test(label));
  return letters.filter((label) => letters.filter((other) => other === label).length === 1).sort();
}

/** Steps through an operand by the labels in `order`: repeated labels add up, sizes of 1 stand still. */
function stepsOf(shape: Shape, labels: readonly string[], order: readonly string[]): number[] {
  const strides = stridesOf(shape);
  return order.map((label) =>
    labels.reduce((s, l, d) => (l === label && shape[d] !== 1 ? s + (strides[d] as number) : s), 0),
  );
}

function product(tensors: readonly Tensor[], { axes, output, sizes }: Labelled): Tensor {
  const summed = [...sizes.keys()].filter((label) => !output.includes(label));
  const sizeOf = (label: string) => sizes.get(label) as number;
  const [outer, inner] = [output.map(sizeOf), summed.map(sizeOf)];
  const operands = tensors.map((t, k) => {
    const labels = axes[k] as readonly string[];
    return {
      values: numbersOf(t),
      outer: walk(outer, stepsOf(t.shape, labels, output)),
      inner: walk(inner, stepsOf(t.shape, labels, summed)),
    };
  });
  const terms = elementCount(inner);
  const out = Float64Array.from({ length: elementCount(outer) }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < terms; j++) {
      let factor = 1;
      for (const o of operands) factor *= o.values[(o.outer[i] as number) + (o.inner[j] as number)] as number;
      sum += factor;
    }
    return sum;
  });
  return resultOf(tensors[0]?.type ?? 'float32', outer, out);
}

export const einsum = {
  id: 'Einsum',
  sinceOpset: 12,
  bind(attributes) {
    const equation = parsed(new AttributeReader('Einsum', attributes).string('equation') ?? '');
    return {
      infer(inputs) {
        const shapes = inputs.map((v) => v?.shape).filter((s) => s !== undefined);
        if (shapes.length !== inputs.length) return [value(inputs[0]?.type, undefined)];
        const { output, sizes } = labelled(equation, shapes);
        return [
          value(
            inputs[0]?.type,
            output.map((label) => sizes.get(label) ?? 1),
          ),
        ];
      },
      cost(inputs) {
        const shapes = inputs.map((v) => v?.shape ?? []);
        const { sizes } = labelled(equation, shapes);
        const products = elementCount([...sizes.values()] as Shape);
        const constant = inputs.some((v) => v?.isConstant);
        // Every further factor is one more multiplication; a lone operand is only summed.
        if (inputs.length < 2) return { kind: 'elementwise', extraOps: products };
        return {
          kind: constant ? 'dense' : 'matmul',
          macs: products * (inputs.length - 1),
          params: inputs.map((_, i) => i),
        };
      },
      run(inputs) {
        const tensors = inputs.map((_, i) => given('Einsum', inputs, i));
        return [
          product(
            tensors,
            labelled(
              equation,
              tensors.map((t) => t.shape),
            ),
          ),
        ];
      },
    };
  },
} as const satisfies OpDef;
