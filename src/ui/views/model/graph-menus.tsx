import type { ReactElement, RefObject } from 'react';
import { save } from '../../actions/deploy.ts';
import { drawingOf, drawingState } from '../../actions/drawing.ts';
import {
  askSimplify,
  compareWithFile,
  expandEverything,
  saveModel,
  setForm,
  setGrouping,
} from '../../actions/model-place.ts';
import { useApp } from '../../state/store.ts';
import { Menu, type MenuItem } from '../../widgets/index.ts';
import { chooseComparison } from './compare/choose-comparison.ts';
import type { GraphControl } from './graph/graph-view.tsx';
import { wholeRatio } from './graph/picture.ts';

interface MenuProps {
  readonly control: RefObject<GraphControl | null>;
  readonly name: string;
}

/** What of the graph is shown, and pictures of it. */
export function ViewMenu({ control, name }: MenuProps): ReactElement {
  const { form, grouping, expandAll } = useApp((s) => s.model);
  // Read again with every drawing that arrives.
  useApp((s) => drawingState('model')(s).version);
  const drawn = drawingOf('model');
  const chosen = (is: boolean): { note?: string } => (is ? { note: 'shown' } : {});
  const items: MenuItem[] = [
    { label: 'Layers, fused', onSelect: () => setForm('layers'), ...chosen(form === 'layers') },
    { label: 'What hardware runs as one', onSelect: () => setForm('execution'), ...chosen(form === 'execution') },
    { label: 'Every node of the file', onSelect: () => setForm('nodes'), ...chosen(form === 'nodes') },
    {
      label: 'Group as the names allow',
      onSelect: () => setGrouping('automatic'),
      ...chosen(grouping === 'automatic'),
    },
    { label: 'Group by repeated block', onSelect: () => setGrouping('blocks'), ...chosen(grouping === 'blocks') },
    { label: 'Group by scope of names', onSelect: () => setGrouping('scope'), ...chosen(grouping === 'scope') },
    { label: 'No groups', onSelect: () => setGrouping('none'), ...chosen(grouping === 'none') },
    { label: expandAll ? 'Close all groups' : 'Open all groups', onSelect: () => expandEverything(!expandAll) },
    { label: 'Select what feeds it', note: 'U', onSelect: () => control.current?.reach('upstream') },
    { label: 'Select what it feeds', note: 'D', onSelect: () => control.current?.reach('downstream') },
    {
      label: 'Follow its output',
      onSelect: () => control.current?.follow(),
    },
    {
      label: 'Export SVG',
      onSelect: () => {
        const svg = control.current?.svg(name);
        if (svg !== undefined) save(`${name}.svg`, svg, 'image/svg+xml');
      },
    },
    {
      label: drawn && wholeRatio(drawn.diagram) === undefined ? 'Export PNG of what is seen' : 'Export PNG',
      onSelect: () => {
        void control.current?.png().then((png) => {
          if (png) save(`${name}.png`, png, 'image/png');
        });
      },
    },
  ];
  return <Menu title="View" label="View of the graph" items={items} />;
}

/** What can be done to the model itself. */
export function ModelMenu(): ReactElement {
  const changed = useApp((s) => s.session.changes.length > 0);
  const kept = useApp((s) => s.session.modelId !== undefined);
  const gone = kept ? {} : { disabledReason: 'open the model file first' };
  const items: MenuItem[] = [
    { label: 'Simplify', onSelect: () => void askSimplify(), ...gone },
    { label: 'Compare with a file', onSelect: chooseComparison, ...gone },
    {
      label: 'Compare with the file as read',
      onSelect: () => void compareWithFile(),
      ...(changed ? gone : { disabledReason: 'nothing has been changed' }),
    },
    { label: 'Save as ONNX', onSelect: () => void saveModel(), ...gone },
  ];
  return <Menu title="Model" label="What can be done to the model" items={items} />;
}
