// Kernels of training.
export { convInputGradientFloat, convWeightGradientFloat } from './conv-gradient-float';
