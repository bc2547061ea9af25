export type { BoundOp, OpCost, OpDef, QuantTraits, ShapedValue, Value } from './op-def.ts';
