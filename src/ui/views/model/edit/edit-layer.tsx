import { type ReactElement, useEffect, useState } from 'react';
import type { EditOptions } from '../../../../edit/index.ts';
import type { ModelView, NodeView } from '../../../../explore/index.ts';
import type { NodeId } from '../../../../ir/index.ts';
import { editModel, loadEditOptions, removeLayers } from '../../../actions/model-place.ts';
import { selectLayer } from '../../../actions/select.ts';
import { useApp } from '../../../state/store.ts';
import { Button } from '../../../widgets/index.ts';
import { ActivationForm } from './activation-form.tsx';
import { AttributesForm } from './attributes-form.tsx';
import { ProblemHere } from './change-problem.tsx';
import { ExtractMenu, OutputMenu } from './layer-menus.tsx';
import { OperatorForm } from './operator-form.tsx';
import { RenameForm } from './rename-form.tsx';
import { shortName } from './short-name.ts';

type Form = 'rename' | 'attributes' | 'activation' | 'operator';

/** What can be done to the selected layer: every step can be undone, and shapes and costs follow at once. */
export function EditLayer({ node, view }: { readonly node: NodeView; readonly view: ModelView }): ReactElement {
  const [form, setForm] = useState<Form | undefined>();
  // What was typed for attributes, by layer and name: kept when the layer that an edit breaks is shown instead.
  const [drafts, setDrafts] = useState<Readonly<Record<string, string>>>({});
  const options = useEditOptions(node);
  const changing = useApp((s) => s.model.changing);
  const kept = useApp((s) => s.session.modelId !== undefined);
  const busy = kept ? (changing === undefined ? undefined : `${changing} comes first`) : 'open the model file first';
  const own = options?.find((o) => o.node === node.id);
  const toggle = (id: Form, words: string, disabledReason?: string): ReactElement => (
    <Button
      small
      kind="quiet"
      expanded={form === id}
      disabledReason={busy ?? disabledReason}
      onClick={() => setForm(form === id ? undefined : id)}
    >
      {words}
    </Button>
  );
  const shared = { node, view, busy };
  return (
    <section className="edit-layer" aria-label={`Edit ${node.id}`}>
      <div className="edit-acts">
        <Button small disabledReason={busy} onClick={() => void removeLayers([node.id])}>
          Remove
        </Button>
        {toggle('rename', 'Rename')}
        {toggle('attributes', 'Attributes')}
        {toggle('activation', 'Activation')}
        {toggle('operator', 'Operator', own?.replacements.length === 0 ? noneFor(node) : undefined)}
        <ExtractMenu {...shared} />
        <OutputMenu {...shared} />
      </div>
      {form === 'rename' && <RenameForm key={node.id} {...shared} />}
      {form === 'attributes' && own && (
        <AttributesForm
          {...shared}
          options={own}
          drafts={drafts}
          onDrafts={(change) => setDrafts({ ...drafts, ...change })}
        />
      )}
      {form === 'activation' && options && <ActivationForm key={node.id} {...shared} options={options} />}
      {form === 'operator' && own && own.replacements.length > 0 && (
        <OperatorForm key={node.id} {...shared} options={own} />
      )}
      <Fused nodes={node.fused} view={view} />
      {changing !== undefined && (
        <p className="caption" role="status">
          {changing}: shapes and costs are worked out
        </p>
      )}
      <ProblemHere />
      {own && <InItsPlace node={node} options={own} />}
    </section>
  );
}

const noneFor = ({ op }: NodeView): string => `no other operator takes what ${op} takes`;

/** What the worker says can be edited at the layer and those fused into it; `undefined` until it answers. */
function useEditOptions(node: NodeView): readonly EditOptions[] | undefined {
  const modelId = useApp((s) => s.session.modelId);
  const held = useApp((s) => s.model.editOptions);
  const wanted = [node.id, ...node.fused];
  const key = JSON.stringify(wanted);
  const fits = held?.modelId === modelId && held?.list[0]?.node === node.id;
  useEffect(() => {
    if (modelId !== undefined) void loadEditOptions(JSON.parse(key) as NodeId[]);
  }, [modelId, key]);
  return fits ? held?.list : undefined;
}

/** Operators that execute with the layer are layers of the file, too: each can be selected and edited. */
function Fused({ nodes, view }: { readonly nodes: readonly NodeId[]; readonly view: ModelView }): ReactElement | null {
  if (nodes.length === 0) return null;
  return (
    <p className="caption edit-fused">
      Fused into it:{' '}
      {nodes.map((id) => (
        <Button key={id} kind="link" onClick={() => selectLayer(id)}>
          <span className="mono">{id}</span> {view.nodes.find((n) => n.id === id)?.op}
        </Button>
      ))}
    </p>
  );
}

/** After a removal that nothing could take the place of: the choice of an input that shall, whatever its shape. */
function InItsPlace({
  node,
  options,
}: {
  readonly node: NodeView;
  readonly options: EditOptions;
}): ReactElement | null {
  const problem = useApp((s) => s.model.problem);
  const { node: failed, candidates } = problem?.facts ?? {};
  if (problem?.code !== 'edit/cannot-remove' || failed !== node.id || !Array.isArray(candidates)) return null;
  const inputs = options.inputs.flatMap((id, index) => (candidates.includes(id) ? [{ id, index }] : []));
  if (inputs.length === 0) return null;
  return (
    <div className="edit-form" role="group" aria-label="What takes its place">
      <p className="secondary">Remove it, and let take its place:</p>
      <div className="edit-acts">
        {inputs.map(({ id, index }) => (
          <Button
            key={`${id} ${index}`}
            small
            onClick={() =>
              void editModel({ kind: 'remove', nodes: [node.id], input: index }, `Remove ${shortName(node.id)}`)
            }
          >
            <span className="mono cut">{id}</span>
          </Button>
        ))}
      </div>
    </div>
  );
}
