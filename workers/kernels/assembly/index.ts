export { addInt8 } from './add-int8';
export { convInt8 } from './conv-int8';
export { depthwiseInt8 } from './depthwise-int8';
export { lookupInt8, requantizeInt8 } from './pointwise-int8';
export { averagePoolInt8, maxPoolInt8 } from './pool-int8';
export { widen } from './widen';
