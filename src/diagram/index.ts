export type {
  BoxKind,
  Diagram,
  DiagramBoxes,
  DiagramEdges,
  DiagramGroup,
  DiagramInput,
  DiagramNode,
  DiagramOptions,
  DiagramValue,
  GroupingKind,
} from './diagram.ts';
export { BOX, COLLAPSE_FROM, KIND } from './diagram.ts';
export { type LayoutHooks, layoutDiagram } from './layout-diagram.ts';
export { scopesOf, suggestedGrouping } from './scopes.ts';
