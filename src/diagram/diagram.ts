/** What a drawing is made from, and what it is: plain data, made in a worker, drawn on the page. All coordinates in px at zoom 1. */

/** A network to draw: only what a drawing shows. Made from a view of a model, of a nested body, or of two compared models. */
export interface DiagramInput {
  readonly nodes: readonly DiagramNode[];
  readonly values: readonly DiagramValue[];
  /** Names of the graph's inputs: `tensor` of the values that come from -1. */
  readonly inputs: readonly string[];
  /** Names of the graph's outputs: `tensor` of the values that go to -1. */
  readonly outputs: readonly string[];
}

export interface DiagramNode {
  /** Unique among the nodes. */
  readonly id: string;
  /** 'Conv'. */
  readonly op: string;
  /** Where its name places it: 'encoder/layer1', or ''. See `scopesOf`. */
  readonly scope: string;
  readonly title: string;
  /** 'Conv 3×3 /2 + Relu', or ''. */
  readonly subtitle: string;
  /** Operator, attributes and shapes: equal for layers that do the same. */
  readonly signature: string;
  /** What it does without shapes ('Conv 3×3'): blocks of one kind are repeats. Without it, taken from `op` and `subtitle`. */
  readonly kind?: string;
}

export interface DiagramValue {
  /** Index of the node that makes it; -1: a graph input. */
  readonly from: number;
  /** Index of the node that takes it; -1: a graph output. */
  readonly to: number;
  readonly tensor: string;
  readonly bytes?: number;
  readonly label: string;
}

export type GroupingKind = 'scope' | 'blocks' | 'none';

export interface DiagramOptions {
  readonly grouping: GroupingKind;
  /** Ids of groups to show as frames. */
  readonly expanded: readonly string[];
  /** Ids of groups to show as one box, also where they would be open by themselves. */
  readonly collapsed?: readonly string[];
  /** Nodes (indices) to be shown as boxes of their own: all groups around them are expanded. */
  readonly reveal?: readonly number[];
  /**
   * Groups named in no list are open, from the outermost inwards, as long as no more than this many boxes are seen.
   * 0: all closed.
   */
  readonly collapseFrom: number;
  /** Every group is a frame, whatever else is said. */
  readonly expandAll?: boolean;
}

/** Above so many boxes blocks are closed at first. */
export const COLLAPSE_FROM = 150;

/** 0 graph input, 1 graph output, 2 layer, 3 collapsed group, 4 frame of an expanded group. */
export type BoxKind = 0 | 1 | 2 | 3 | 4;

export const KIND = { input: 0, output: 1, layer: 2, group: 3, frame: 4 } as const;

/** Size of boxes and the space between them, px. */
export const BOX = {
  width: 188,
  /** With a subtitle. */
  height: 38,
  /** Without. */
  lowHeight: 24,
  gapX: 26,
  gapY: 34,
  /** Of a frame, above its inside: where its title is. */
  header: 28,
  /** Of a frame, around its inside. */
  padding: 12,
} as const;

export interface DiagramBoxes {
  readonly count: number;
  readonly id: readonly string[];
  /** `BoxKind`. */
  readonly kind: Uint8Array;
  /** Index in `DiagramInput.nodes`; -1 for anything but a layer. */
  readonly node: Int32Array;
  /** Index in `Diagram.groups`; -1 for anything but a group or frame. */
  readonly group: Int32Array;
  /** Index of the enclosing frame, -1. A frame comes before what it holds. */
  readonly parent: Int32Array;
  /** x, y, width, height per box. */
  readonly rect: Float32Array;
  readonly title: readonly string[];
  readonly subtitle: readonly string[];
  /** count + 1 offsets into `members`. */
  readonly memberStart: Uint32Array;
  /** Node indices inside a layer (itself), group or frame. */
  readonly members: Int32Array;
}

export interface DiagramEdges {
  readonly count: number;
  /** Box; never a frame. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly tensor: readonly string[];
  readonly label: readonly string[];
  /** NaN: unknown. */
  readonly bytes: Float64Array;
  /** count + 1 offsets into `points`, in points (pairs of numbers). */
  readonly pointStart: Uint32Array;
  /**
   * x, y per point, downwards. Two points with equal x or y are joined by a straight line, others by an S-curve
   * (control points at half height). No points: an edge against the direction of the others (a cycle), or not placed yet.
   */
  readonly points: Float32Array;
}

export interface DiagramGroup {
  readonly id: string;
  readonly title: string;
  /** '2 Conv, 1 Add'. */
  readonly subtitle: string;
  /** Number of nodes inside. */
  readonly layers: number;
  readonly expanded: boolean;
  /** How many groups of the network have the same structure, this one counted. */
  readonly repeats: number;
  /** Index of the enclosing group, -1. */
  readonly parent: number;
}

export interface Diagram {
  readonly width: number;
  readonly height: number;
  readonly boxes: DiagramBoxes;
  readonly edges: DiagramEdges;
  /** Of the groups that are seen, as box or frame. */
  readonly groups: readonly DiagramGroup[];
  /** Box that shows each node: itself, or the group it is hidden in. -1: not in this part of the drawing. */
  readonly boxOfNode: Int32Array;
  /** A first part of the drawing (its upper end); the whole follows. */
  readonly partial: boolean;
}
