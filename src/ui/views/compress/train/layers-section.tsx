import { type ReactElement, useId, useMemo, useState } from 'react';
import { trainableObstacles } from '../../../actions/training.ts';
import { setFrozen, setRecipe } from '../../../actions/training-recipe.ts';
import { inText, middleCut } from '../../../format/index.ts';
import { useApp } from '../../../state/store.ts';
import { Button, Checkbox, Icon, Select } from '../../../widgets/index.ts';
import { Section } from './section.tsx';

/** Which layers learn, and whose statistics normalize; layers that cannot be trained are named, with what to do. */
export function LayersSection(): ReactElement {
  const normalization = useApp((s) => s.training.recipe.batchNormalization);
  const frozen = useApp((s) => s.training.recipe.frozen);
  const layers = useApp((s) => s.training.trainable?.reply.layers) ?? [];
  const parameters = layers.filter((l) => !frozen.includes(l.node)).reduce((sum, l) => sum + l.parameters, 0);
  return (
    <Section
      title="6 Layers"
      note={
        layers.length > 0 && (
          <span className="caption">
            {inText(parameters, 'macs')} of{' '}
            {inText(
              layers.reduce((sum, l) => sum + l.parameters, 0),
              'macs',
            )}{' '}
            parameters
          </span>
        )
      }
    >
      <div className="form-row">
        <Select
          label="Batch norm."
          value={normalization}
          options={[
            { value: 'frozen', label: 'running statistics' },
            { value: 'batch', label: 'of each batch' },
          ]}
          onChange={(value) => setRecipe(`Statistics ${value}`, { batchNormalization: value })}
        />
      </div>
      <Untrainable />
      <FrozenList />
    </Section>
  );
}

/** Names shown of layers that one reason keeps from being trained. */
const NAMED = 3;

/** Reasons, each once, with the layers it keeps from being trained. */
function Untrainable(): ReactElement | null {
  const training = useApp((s) => s.training);
  const reasons = useMemo(() => {
    const nodes = new Map<string, string[]>();
    for (const { node, obstacle } of trainableObstacles(training))
      nodes.set(obstacle, [...(nodes.get(obstacle) ?? []), node]);
    return [...nodes];
  }, [training]);
  if (reasons.length === 0) return null;
  const { frozen } = training.recipe;
  return (
    <ul className="untrainable" aria-label="Layers that cannot be trained">
      {reasons.map(([reason, nodes]) => (
        <li key={reason} className="stack tight">
          <p>
            <span className="bad">
              <Icon name="cross" />
            </span>{' '}
            {reason}
          </p>
          {nodes.slice(0, NAMED).map((node) => (
            <span key={node} className="mono cut" title={node}>
              {middleCut(node, 34)}
            </span>
          ))}
          {nodes.length > NAMED && <span className="caption">and {nodes.length - NAMED} more</span>}
          <div className="row">
            <Button
              small
              onClick={() => setRecipe(`Freeze ${nodes.length} layers`, { frozen: [...frozen, ...nodes] })}
              label={nodes.length === 1 ? `Freeze ${nodes[0]}` : `Freeze ${nodes.length} layers`}
            >
              {nodes.length === 1 ? 'Freeze it' : `Freeze these ${nodes.length}`}
            </Button>
          </div>
        </li>
      ))}
    </ul>
  );
}

function FrozenList(): ReactElement {
  const id = useId();
  const [open, setOpen] = useState(false);
  const frozen = useApp((s) => s.training.recipe.frozen);
  const layers = useApp((s) => s.training.trainable?.reply.layers) ?? [];
  return (
    <>
      <div className="row between">
        <span className="secondary">
          {frozen.length === 0 ? `all ${layers.length} layers learn` : `${frozen.length} of ${layers.length} frozen`}
        </span>
        <Button kind="link" onClick={() => setOpen(!open)} expanded={open}>
          {open ? 'Close the list' : 'Choose layers'}
        </Button>
      </div>
      {open && (
        <ul id={id} className="frozen-list" aria-label="Layers that learn">
          {layers.map(({ node, parameters }) => (
            <li key={node}>
              <Checkbox
                checked={!frozen.includes(node)}
                onChange={(learns) => setFrozen(node, !learns)}
                note={inText(parameters, 'macs')}
              >
                <span className="mono cut">{node}</span>
              </Checkbox>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
