// Kernels of training.
export { convInputGradientFloat } from './conv-input-gradient-float';
export { convWeightGradientFloat } from './conv-weight-gradient-float';
export { depthwiseWeightGradientFloat } from './depthwise-gradient-float';
export { elementGradientFloat, logSoftmaxGradientFloat, reluGradientFloat, softmaxGradientFloat } from './element-gradient-float';
export { fakeQuantizeFloat, fakeQuantizeGradientFloat } from './fake-quantize-float';
export { classLossFloat, squaredErrorFloat } from './loss-float';
export { batchNormGradientFloat, batchNormTrainingFloat, layerNormGradientFloat } from './normalize-gradient-float';
export { adamUpdateFloat, clipScaleFloat, gradientNormFloat, rmsPropUpdateFloat, sgdUpdateFloat } from './optimizer-float';
export { averagePoolGradientFloat, maxPoolGradientFloat } from './pool-gradient-float';
export { recurrentGradientFloat } from './recurrent-gradient-float';
export { winogradGradientFloat } from './winograd-gradient-float';
