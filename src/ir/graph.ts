import type { DataType, Shape, StoredTensor, WeightId, WeightStore } from './tensor.ts';

/** Name of a value in the graph, unique in it (ONNX is in single-assignment form). '' stands for an absent optional input. */
export type TensorId = string;
/** Unique in the graph: the node's name in the file, or one made from its operator where that is empty or taken. */
export type NodeId = string;

/** A size, or the name of one that is not known yet ('batch', or '?n' where the file gives none). */
export type Dim = number | string;

export interface TensorInfo {
  readonly id: TensorId;
  readonly type?: DataType;
  /** Absent: even the number of dimensions is unknown. */
  readonly shape?: readonly Dim[];
  /** Present: a constant, whose elements are in the weight store. */
  readonly weight?: WeightId;
}

export type Attribute =
  /** 64-bit in the file; values beyond ±2^53 are held as the nearest double and written back saturated. */
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: StoredTensor }
  | { readonly kind: 'tensors'; readonly value: readonly StoredTensor[] }
  | { readonly kind: 'graph'; readonly value: Model }
  | { readonly kind: 'graphs'; readonly value: readonly Model[] }
  /** In the body of a local function: the value is the calling node's attribute of this name. `type`: its AttributeType, as a number. */
  | { readonly kind: 'reference'; readonly value: string; readonly type: number }
  /** Sparse tensors and type protos: kept as they lie in the file, for writing back. `name` says which. */
  | { readonly kind: 'opaque'; readonly name: string; readonly value: Uint8Array };

/** A Map, not a record: names come from the file, and '__proto__' is a legal one. */
export type Attributes = ReadonlyMap<string, Attribute>;

export interface Node {
  readonly id: NodeId;
  /** As ONNX spells it: 'Conv', 'Gemm'. */
  readonly op: string;
  /** '' is ai.onnx. */
  readonly domain: string;
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  readonly attributes: Attributes;
}

/** An operator that the model defines itself, by a graph of other operators (FunctionProto). */
export interface FunctionDef {
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  /** Attributes a calling node may give, and those it need not. */
  readonly attributes: readonly string[];
  readonly defaults: Attributes;
  /** Its nodes may hold attributes of kind 'reference'; `instantiate` (in `bodies.ts`) puts the caller's in their place. */
  readonly body: Model;
}

/** A network: immutable, plain data. A pass returns a new graph and shares what it did not touch. */
export interface Graph {
  readonly version: 1;
  readonly name: string;
  /** Domain → opset version; '' is ai.onnx. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Values fed at run time, in order; constants are not among them even where the file lists them as inputs. */
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  readonly tensors: ReadonlyMap<TensorId, TensorInfo>;
  /** In an order in which every value is produced before it is used. */
  readonly nodes: readonly Node[];
  /** Operators of the model's own, by `functionKey`. Absent: none. Bodies share the table of the graph around them. */
  readonly functions?: ReadonlyMap<string, FunctionDef>;
}

/** A graph with its weights. Passes take and return both, because a pass that folds makes new constants. */
export interface Model {
  readonly graph: Graph;
  readonly weights: WeightStore;
}

/** Where a model came from. Written to manifests, share links, and every design point's provenance. */
export interface ModelReference {
  /** File name as given; for display only, never a path, never code. */
  readonly name: string;
  /** Of the model file, lower-case hex. */
  readonly sha256: string;
  /** Of the model file. */
  readonly bytes: number;
}

export const isKnown = (shape: readonly Dim[] | undefined): shape is Shape =>
  shape?.every((d) => typeof d === 'number') ?? false;

type AttributeValue<Kind extends Attribute['kind']> = {
  [K in Attribute['kind']]: Extract<Attribute, { kind: K }>['value'];
}[Kind];

/** The attribute's value where it is there and of this kind; `undefined` otherwise. */
export function attributeOf<Kind extends Attribute['kind']>(
  attributes: Attributes,
  name: string,
  kind: Kind,
): AttributeValue<Kind> | undefined {
  const attribute = attributes.get(name);
  return attribute?.kind === kind ? (attribute.value as AttributeValue<Kind>) : undefined;
}
