import { attributeOf, type Graph, type Node } from '../ir/index.ts';

/** Operators that move a window over their first input. */
const WINDOWED = new Set(['Conv', 'ConvTranspose', 'ConvInteger', 'QLinearConv', 'MaxPool', 'AveragePool', 'LpPool']);
/** Which input holds the kernel, where one does. */
const KERNEL_INPUT: Readonly<Record<string, number>> = { Conv: 1, ConvTranspose: 1, ConvInteger: 1, QLinearConv: 3 };

/**
 * What is wrong with the window of a node, as the rest of a sentence; `undefined` where nothing is. Operators read the kinds of their
 * attributes; what an edit must not do beyond that is to ask for windows that no runtime can move.
 */
export function windowFault(node: Node, graph: Graph): string | undefined {
  if (!WINDOWED.has(node.op)) return undefined;
  const kernel = kernelOf(node, graph);
  const kernelShape = attributeOf(node.attributes, 'kernel_shape', 'ints');
  const axes = (kernelShape ?? kernel)?.length;
  for (const [name, perAxis, least] of [
    ['kernel_shape', 1, 1],
    ['strides', 1, 1],
    ['dilations', 1, 1],
    ['pads', 2, 0],
  ] as const) {
    const values = attributeOf(node.attributes, name, 'ints');
    if (!values) continue;
    if (values.some((value) => value < least)) return `attribute '${name}' has values below ${least}`;
    if (axes !== undefined && values.length !== axes * perAxis)
      return `attribute '${name}' has ${values.length} values; a window of ${axes} axes needs ${axes * perAxis}`;
  }
  if (kernel && kernelShape?.some((size, i) => size !== kernel[i]))
    return `attribute 'kernel_shape' is [${kernelShape.join(', ')}], but the weights are [${kernel.join(', ')}]`;
  return undefined;
}

/** Sizes of the kernel in the weights, where they are a constant. */
function kernelOf(node: Node, graph: Graph): readonly number[] | undefined {
  const info = graph.tensors.get(node.inputs[KERNEL_INPUT[node.op] ?? -1] ?? '');
  const sizes = info?.weight === undefined ? undefined : info.shape?.slice(2);
  return sizes?.every((size) => typeof size === 'number') ? sizes : undefined;
}
