import type { Exporter } from '../package.ts';

/** The quantized network as an ONNX file with QuantizeLinear and DequantizeLinear nodes. */
export const qdq: Exporter = {
  id: 'qdq',
  name: 'ONNX QDQ',
  description:
    'The quantized network as an ONNX file with QuantizeLinear and DequantizeLinear nodes, for ONNX runtimes.',
  options: [
    {
      id: 'exactRange',
      label: 'Clip to the symmetric range',
      help: 'Adds a Clip where 8-bit codes end at -127, so that saturation equals the integer network. Off: runtimes fuse more.',
      type: 'boolean',
      default: true,
    },
  ],
  load: async () => (await import('./print-package.ts')).exportQdq,
};
