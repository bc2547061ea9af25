/** JSON as files hold it. */
import { messageOf } from '../base/index.ts';
import { unreadableJson } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** A member of an object that came from a file; inherited names ('constructor') are no members. */
export const member = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** JSON that must be an object. Python writes NaN and Infinity, which JSON has not; they are read as null. */
export function parseObject(file: string, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/([[:,]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g, '$1null'));
  } catch (thrown) {
    throw unreadableJson(file, messageOf(thrown), thrown);
  }
  if (isObject(value as Json)) return value as JsonObject;
  throw unreadableJson(file, 'it is no object', undefined);
}
