import { Registry } from '../../base/index.ts';
import { dequantize, isStoredQuantized } from './dequantize.ts';
import { mergeConstants, mergeNodes } from './duplicates.ts';
import { foldBatchNorm, foldBatchNormForward, foldScale } from './fold-batch-norm.ts';
import { foldConstants } from './fold-constants.ts';
import { fuseBias } from './fuse-bias.ts';
import { inlineBranches, inlineFunctions } from './inline.ts';
import { mergeReshapes, mergeTransposes, transposesAsReshapes } from './merge-layouts.ts';
import { mergePads } from './merge-pads.ts';
import { moveTransposes } from './move-transposes.ts';
import type { Pass } from './pass.ts';
import { removeDead } from './remove-dead.ts';
import { removeIdentities } from './remove-identities.ts';
import { fixReshapes } from './shape-arithmetic.ts';

/**
 * Every pass, in the order they run: what writes out graphs first, then constants, because the others look for them; biases before
 * normalizations, which then take both. To add one: write it, add it here.
 */
const all: readonly Pass[] = [
  {
    id: 'inline-functions',
    title: 'Local functions written out',
    does: 'A call of a function that the file defines becomes the nodes of that function.',
    removes: 'a call: its function is written out in its place',
    changes: 'a node of a function that was called here',
    inBodies: true,
    run: inlineFunctions,
  },
  {
    id: 'inline-branches',
    title: 'Constant branches taken',
    does: 'An If whose condition is constant becomes the branch it always takes.',
    removes: 'its condition is constant: the branch it takes is written out',
    changes: 'a node of the branch that is always taken',
    inBodies: true,
    run: inlineBranches,
  },
  {
    id: 'dequantize',
    title: 'Stored quantization undone',
    does: 'QuantizeLinear, DequantizeLinear and Quant disappear; their constants become floats. Loses the quantization error.',
    removes: 'quantization was undone: the network is float again',
    changes: 'quantization was undone: it clamps where the quantizer did',
    run: (m) => (isStoredQuantized(m) ? dequantize(m) : m),
  },
  {
    id: 'fold-constants',
    title: 'Constants computed',
    does: 'What does not depend on the input is computed once, arithmetic on known sizes included.',
    removes: 'does not depend on the input: computed once',
    changes: 'reads what was computed once',
    inBodies: true,
    run: foldConstants,
  },
  {
    id: 'fix-reshapes',
    title: 'Shape arithmetic removed',
    does: 'A Reshape whose target is computed from sizes gets a constant one, with at most one size left open.',
    removes: 'computed the target of a Reshape, which is constant now',
    changes: 'its target is constant now',
    run: fixReshapes,
  },
  {
    id: 'remove-dead',
    title: 'Dead code removed',
    does: 'Nodes whose results nobody reads are removed.',
    removes: 'nobody reads its result',
    changes: 'results that nobody reads are left out',
    inBodies: true,
    run: removeDead,
  },
  {
    id: 'remove-identities',
    title: 'Identities removed',
    does: 'Nodes that change nothing are removed: Identity, Dropout, x + 0, x · 1, Cast to the same type, Reshape to the same shape …',
    removes: 'changes nothing',
    changes: 'writes its result under the name of the output',
    inBodies: true,
    run: removeIdentities,
  },
  {
    id: 'transpose-as-reshape',
    title: 'Transposes of size 1 made Reshapes',
    does: 'A Transpose that moves only axes of size 1 becomes a Reshape, which costs nothing.',
    removes: 'moves only axes of size 1',
    changes: 'moves only axes of size 1: it is a Reshape now',
    run: transposesAsReshapes,
  },
  {
    id: 'merge-reshapes',
    title: 'Reshapes merged',
    does: 'Of Reshape, Flatten, Squeeze and Unsqueeze behind each other only the last is left.',
    removes: 'the next Reshape gives another shape anyway',
    changes: 'gives the shape of several layers at once',
    run: mergeReshapes,
  },
  {
    id: 'merge-transposes',
    title: 'Transposes merged',
    does: 'Of Transposes behind each other one is left, or none.',
    removes: 'merged with the Transpose before or behind it',
    changes: 'orders the axes for several Transposes at once',
    inBodies: true,
    run: mergeTransposes,
  },
  {
    id: 'move-transposes',
    title: 'Transposes moved and cancelled',
    does: 'Transposes move behind layers that do not care for the order of axes where fewer are left.',
    removes: 'cancelled, or one Transpose stands for several',
    changes: 'computes with its axes in another order',
    run: moveTransposes,
  },
  {
    id: 'merge-pads',
    title: 'Pads merged',
    does: 'A Pad is done by the convolution or pool behind it.',
    removes: 'its padding is done by the next layer',
    changes: 'pads what a Pad before it did',
    run: mergePads,
  },
  {
    id: 'fuse-bias',
    title: 'Biases fused',
    does: 'An Add of one constant per channel becomes the bias of the layer before; MatMul of a matrix becomes Gemm.',
    removes: 'its addition is the bias of the layer before',
    changes: 'adds the bias that stood behind it, or is a Gemm now',
    run: fuseBias,
  },
  {
    id: 'fold-batch-norm',
    title: 'BatchNormalization folded',
    does: 'BatchNormalization goes into the weights of the Conv, ConvTranspose or Gemm before it.',
    removes: 'its factors are in the weights of the layer before',
    changes: 'its weights hold a normalization',
    run: foldBatchNorm,
  },
  {
    id: 'fold-scale',
    title: 'Scales folded',
    does: 'Products and sums with constants per channel go into the weights of the Conv, ConvTranspose or Gemm before them.',
    removes: 'its factors are in the weights of the layer before',
    changes: 'its weights hold a factor that stood behind it',
    run: foldScale,
  },
  {
    id: 'fold-batch-norm-forward',
    title: 'BatchNormalization folded forward',
    does: 'BatchNormalization goes into the weights of the Conv or Gemm behind it, where that is exact: no padding between.',
    removes: 'its factors are in the weights of the layer behind',
    changes: 'its weights hold the normalization that stood before it',
    run: foldBatchNormForward,
  },
  {
    id: 'merge-constants',
    title: 'Duplicate constants merged',
    does: 'Constants with the same elements are kept once.',
    removes: 'holds what another constant holds',
    changes: 'reads a constant that several layers share',
    run: mergeConstants,
  },
  {
    id: 'merge-nodes',
    title: 'Duplicate nodes merged',
    does: 'Of nodes that compute the same from the same values one is kept.',
    removes: 'another node computes the same',
    changes: 'reads what several nodes computed',
    run: mergeNodes,
  },
];

export const passes = new Registry<Pass>('pass', all);
