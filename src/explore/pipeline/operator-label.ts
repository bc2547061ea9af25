import type { NodeView } from '../model-view.ts';

const numbers = (text: string | undefined): number[] => (text?.match(/-?\d+/g) ?? []).map(Number);

type Labelled = Pick<NodeView, 'op' | 'attributes' | 'inputs' | 'constants'>;

/** 'Conv 3×3 /2 + Relu': operator, window, stride, what is fused into it. */
export function operatorLabel(node: Labelled, fused: readonly string[] = []): string {
  const attribute = (name: string): string | undefined => node.attributes.find((a) => a.name === name)?.text;
  const kernel = numbers(attribute('kernel_shape'));
  const weights = node.constants[0]?.shape;
  const window = kernel.length > 0 ? kernel : /^Conv/.test(node.op) && weights ? weights.slice(2) : [];
  const stride = numbers(attribute('strides')).find((s) => s > 1);
  const groups = Number(attribute('group') ?? 1);
  const name = groups > 1 && groups === node.inputs[0]?.shape?.[1] ? node.op.replace('Conv', 'Depthwise') : node.op;
  return [
    name,
    window.length > 0 ? ` ${window.join('×')}` : '',
    stride ? ` /${stride}` : '',
    ...[...new Set(fused)].map((op) => ` + ${op}`),
  ].join('');
}
