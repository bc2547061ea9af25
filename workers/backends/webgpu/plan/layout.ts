import type { GpuNodeView, GpuPlannerTable, GpuView } from '../gpu-node.ts';

export const layoutPlanners: GpuPlannerTable = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Identity: reshaped,
  Dropout: reshaped,
};

/** Operators whose output has its input's elements in its input's order. */
function reshaped(view: GpuNodeView): GpuView | undefined {
  const { outputs, op } = view.node;
  const drops = op === 'Dropout' && view.has(2);
  if (!view.isActivation(0) || outputs.slice(1).some((id) => id !== '') || drops) return undefined;
  return view.input(0) && view.output(0) ? { viewOf: view.id(0) } : undefined;
}
