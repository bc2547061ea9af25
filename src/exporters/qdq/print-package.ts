import { verifyGraph } from '../../ir/index.ts';
import { writeOnnx } from '../../onnx/index.ts';
import type { ExportPackage, ExportRequest } from '../package.ts';
import { type Code, code } from '../shared/code.ts';
import { manifestText } from '../shared/manifest.ts';
import { plainWords } from '../shared/names.ts';
import { optionValues } from '../shared/options.ts';
import { qdq } from './index.ts';
import { opsetFor, QdqBuilder } from './quantize-nodes.ts';
import { raiseOpset } from './raise-opset.ts';

/** README, manifest and the ONNX file. */
export function exportQdq(request: ExportRequest): ExportPackage {
  const options = optionValues(qdq, request.options);
  const opset = opsetFor(request.scheme);
  const raised = raiseOpset(request.prepared, opset);
  const model = verifyGraph(new QdqBuilder(raised, request.scheme, options.get('exactRange') === true).build());
  const bytes = writeOnnx(model, { producer: 'paretoscope', producerVersion: request.toolVersion });
  const facts = {
    opset: model.graph.opsets.get('') ?? opset,
    nodes: model.graph.nodes.length,
    onnxBytes: bytes.length,
  };
  return {
    target: qdq.id,
    files: new Map<string, string | Uint8Array>([
      ['README.md', `${readme(plainWords(request.model.name))}\n`],
      ['manifest.json', manifestText(qdq.id, request, options, 0, facts)],
      ['model.onnx', bytes],
    ]),
    diagnostics: [],
  };
}

const readme = (title: Code): Code => code`
  # ${title}

  model.onnx is the quantized network in QDQ form: every quantized value passes QuantizeLinear and DequantizeLinear, weights
  are stored as codes behind a DequantizeLinear, biases as int32 codes of scale input x weights. Any ONNX runtime of its
  opset (13; 21 where 16-bit codes are used) runs it; runtimes with integer kernels fuse the pairs into them.

  Codes below 8 bits use int8 or uint8 with a Clip to their range before QuantizeLinear. QuantizeLinear rounds ties to
  even, the integer network rounds them away from zero, so single codes may differ by one.

  manifest.json tells which model, choices, seed and tool version this was made from.
`;
