/**
 * Panels of 8 columns, [depth, 8] each, of a constant matrix: [depth, columns] if it lies by rows, [columns, depth] if by
 * columns (transB). The last panel is filled with zeros.
 */
export function packColumns(
  data: Float32Array,
  depth: number,
  columns: number,
  order: 'rows' | 'columns',
): Float32Array {
  const out = new Float32Array(Math.ceil(columns / 8) * 8 * depth);
  const [depthStep, columnStep] = order === 'rows' ? [columns, 1] : [1, depth];
  for (let column = 0; column < columns; column++) {
    const panel = (column >> 3) * depth * 8 + (column & 7);
    for (let k = 0; k < depth; k++) out[panel + k * 8] = data[k * depthStep + column * columnStep] as number;
  }
  return out;
}
