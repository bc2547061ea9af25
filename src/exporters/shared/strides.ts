/** Element strides of a contiguous array, outermost axis first. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
}

/** Strides with which an operand of `shape` is read to fill `target`: 0 where it is broadcast. Axes meet at the last one. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const own = contiguousStrides(shape);
  const missing = target.length - shape.length;
  return target.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : (own[axis - missing] as number)));
}

export interface Walk {
  readonly shape: readonly number[];
  /** Of each operand. */
  readonly strides: readonly (readonly number[])[];
}

/** The same walk over as few axes as possible: axes of size 1 go, neighbours that all operands step through evenly join. */
export function joinAxes({ shape, strides }: Walk): Walk {
  const outShape: number[] = [];
  const outStrides: number[][] = strides.map(() => []);
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue;
    const last = outShape.length - 1;
    const joins = last >= 0 && strides.every((s, k) => outStrides[k]?.[last] === (s[axis] as number) * size);
    if (joins) {
      outShape[last] = (outShape[last] as number) * size;
      for (const [k, s] of strides.entries()) (outStrides[k] as number[])[last] = s[axis] as number;
    } else {
      outShape.push(size);
      for (const [k, s] of strides.entries()) (outStrides[k] as number[]).push(s[axis] as number);
    }
  }
  if (outShape.length > 0) return { shape: outShape, strides: outStrides };
  return { shape: [1], strides: strides.map(() => [1]) };
}
