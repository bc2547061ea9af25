export { unpackLimit } from './inflate.ts';
export { type UnpackOptions, unpack } from './unpack.ts';
export { isZip, type Member, zipMembers, zipNames } from './zip.ts';
