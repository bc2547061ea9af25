export type { ArenaBuffer, ArenaOptions, ArenaPlan, ArenaStrategy } from './arena.ts';
export { ARENA_STRATEGIES, planArena } from './arena.ts';
export type { Body } from './bodies.ts';
export { bodiesOf, capturedBy, functionKey, functionOf, instantiate } from './bodies.ts';
export { dataTypeCode, dataTypeOf } from './data-type-codes.ts';
export type { Diagnostic } from './diagnostic.ts';
export type {
  Estimate,
  Figure,
  LayerCost,
  LayerEstimate,
  LayerGeometry,
  LayerKind,
  MemoryTimeline,
  Provenance,
} from './estimate.ts';
export type {
  Attribute,
  Attributes,
  Dim,
  FunctionDef,
  Graph,
  Model,
  ModelReference,
  Node,
  NodeId,
  TensorId,
  TensorInfo,
} from './graph.ts';
export { attributeOf, isKnown } from './graph.ts';
export type {
  AccumulatorType,
  AddCall,
  AveragePoolCall,
  BufferId,
  CallOf,
  CodeClamp,
  ConcatCall,
  ConstantId,
  Conv2dCall,
  DenseCall,
  KernelCall,
  KernelName,
  LookupCall,
  MaxPoolCall,
  MulCall,
  PadCall,
  Program,
  ProgramBuffer,
  ProgramConstant,
  ProgramPort,
  RequantizeCall,
  Rescale,
  ResizeNearestCall,
  SliceCall,
  StorageType,
  TestVector,
  TransposeCall,
} from './program.ts';
export { bufferRange, storageBytes } from './program.ts';
export type { LayerBits, QuantScheme, RescaleMode, TensorQuant, ThresholdRecord } from './quant-scheme.ts';
export { codeRange } from './quant-scheme.ts';
export { consumersOf, hasBodies, mapBodies, producersOf, Rewrite, readBy, renameValues } from './rewrite.ts';
export type { SampleInput, SampleSet } from './samples.ts';
export { sampleOf } from './samples.ts';
export type { StageContext } from './stage.ts';
export type {
  DataType,
  NumericData,
  Shape,
  StoredTensor,
  Tensor,
  TensorData,
  WeightId,
  WeightStore,
} from './tensor.ts';
export { allocate, bitsOf, elementCount, isFloat, numbersOf, storedBytes, tensorOf } from './tensor.ts';
export { graphFaults, verifyGraph } from './verify-graph.ts';
export { accumulatorBounds, programFaults, verifyProgram } from './verify-program.ts';
export { decodeWeight, deferredTensor, encodeWeight, weightOf } from './weights.ts';
