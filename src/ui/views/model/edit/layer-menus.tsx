import type { ReactElement } from 'react';
import { editModel } from '../../../actions/model-place.ts';
import { useApp } from '../../../state/store.ts';
import { Menu, type MenuItem } from '../../../widgets/index.ts';
import type { EditProps } from './edit-props.ts';
import { valuesOf } from './layer-values.ts';
import { fedBy, withFused } from './reach.ts';
import { shortName } from './short-name.ts';

/** Parts of the network around the layer that can be kept alone. */
export function ExtractMenu({ node, view, busy }: EditProps): ReactElement {
  const chosen = useApp((s) => s.model.chosen);
  const [last] = valuesOf(node, view);
  const off = busy === undefined ? {} : { disabledReason: busy };
  const set = withFused(chosen, view);
  const keep = (nodes: readonly string[], label: string): void =>
    void editModel({ kind: 'extract-nodes', nodes }, label);
  const items: MenuItem[] = [
    {
      label: 'From the start to here',
      ...(last === undefined ? { disabledReason: 'it has no output' } : off),
      onSelect: () =>
        last &&
        void editModel({ kind: 'extract', inputs: [], outputs: [last.id] }, `Extract up to ${shortName(node.id)}`),
    },
    {
      label: 'From here to the end',
      ...off,
      onSelect: () => keep(fedBy([node.id], view), `Extract from ${shortName(node.id)} on`),
    },
    {
      label: 'This layer alone',
      ...off,
      onSelect: () => keep([node.id, ...node.fused], `Extract ${shortName(node.id)}`),
    },
    ...(set.length > 0
      ? [
          {
            label: `What is set off, ${set.length} nodes`,
            ...off,
            onSelect: () => keep(set, `Extract ${set.length} nodes`),
          },
        ]
      : []),
  ];
  return <Menu title="Extract" label={`Extract around ${node.id}`} items={items} align="start" />;
}

/** Values of the layer as outputs of the network. */
export function OutputMenu({ node, view, busy }: EditProps): ReactElement {
  const outputs = new Set(view.outputs.map(({ id }) => id));
  const off = busy === undefined ? {} : { disabledReason: busy };
  const items: MenuItem[] = valuesOf(node, view).map(({ id, of, note }) =>
    outputs.has(id)
      ? {
          label: `Take ${shortName(id)} off the outputs`,
          note: shortName(of) + note,
          ...(outputs.size === 1 ? { disabledReason: 'the only output' } : off),
          onSelect: () => void editModel({ kind: 'remove-output', value: id }, `Take ${shortName(id)} off the outputs`),
        }
      : {
          label: `Make ${shortName(id)} an output`,
          note: shortName(of) + note,
          ...off,
          onSelect: () => void editModel({ kind: 'add-output', value: id }, `Make ${shortName(id)} an output`),
        },
  );
  return <Menu title="Outputs" label={`Outputs of ${node.id}`} items={items} align="start" />;
}
