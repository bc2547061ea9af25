import type { ReactElement } from 'react';
import { train, trainObstacle } from '../../../actions/training.ts';
import { lossOf } from '../../../actions/training-data.ts';
import { epochSeconds } from '../../../actions/training-events.ts';
import {
  augmentationNumbers,
  lossNumbers,
  optimizerNumbers,
  optimizerOf,
  type RecipeNumber,
  scheduleNumbers,
  scheduleOf,
  setRecipe,
  setTrainingEngine,
  usualRate,
} from '../../../actions/training-recipe.ts';
import { duration, inText } from '../../../format/index.ts';
import { useApp } from '../../../state/store.ts';
import { Button, Checkbox, ErrorList, Fact, Panel, ProvenanceGlyph, Select } from '../../../widgets/index.ts';
import { CompressTabs } from '../compress-tabs.tsx';
import { DataSection } from './data-section.tsx';
import { LayersSection } from './layers-section.tsx';
import { NumberField } from './number-field.tsx';
import { Section } from './section.tsx';

/** All that decides what a run computes, and the one action: train. */
export function TrainForm(): ReactElement {
  return (
    <Panel title="Recipe" className="recipe train-form" scroll={false}>
      <div className="compress-beside">
        <CompressTabs />
      </div>
      <div className="scroll train-fields">
        <DataSection />
        <LossSection />
        <OptimizerSection />
        <ScheduleSection />
        <AugmentationSection />
        <LayersSection />
        <EngineSection />
      </div>
      <TrainButton />
    </Panel>
  );
}

const fieldsOf = (fields: readonly RecipeNumber[]): ReactElement[] =>
  fields.map((field) => <NumberField key={field.id} field={field} />);

const LOSSES = { 'cross-entropy': 'cross-entropy', mse: 'mean squared error', distillation: 'distillation' } as const;

function LossSection(): ReactElement {
  const loss = useApp((s) => s.training.recipe.loss.id);
  const fitting = useApp((s) => s.training.trainable?.reply.losses) ?? [loss];
  const shown = fitting.includes(loss) ? fitting : [loss, ...fitting];
  return (
    <Section title="2 Loss" fields={lossNumbers}>
      <div className="form-row">
        <Select
          label="Loss"
          value={loss}
          options={shown.map((id) => ({ value: id, label: LOSSES[id] }))}
          onChange={(id) => setRecipe(`Loss ${id}`, { loss: lossOf(id) })}
        />
      </div>
      {fieldsOf(lossNumbers)}
    </Section>
  );
}

function OptimizerSection(): ReactElement {
  const optimizer = useApp((s) => s.training.recipe.optimizer);
  return (
    <Section title="3 Optimizer" fields={optimizerNumbers}>
      <div className="form-row">
        <Select
          label="Method"
          value={optimizer.id}
          options={[
            { value: 'sgd', label: 'SGD' },
            { value: 'adam', label: 'Adam' },
            { value: 'adamw', label: 'AdamW' },
            { value: 'rmsprop', label: 'RMSprop' },
          ]}
          onChange={(id) => setRecipe(`Optimizer ${id}`, { optimizer: optimizerOf(id), learningRate: usualRate(id) })}
        />
      </div>
      {fieldsOf(optimizerNumbers)}
      {optimizer.id === 'sgd' && (
        <Checkbox
          checked={optimizer.nesterov}
          onChange={(nesterov) =>
            setRecipe(nesterov ? 'Nesterov' : 'No Nesterov', { optimizer: { ...optimizer, nesterov } })
          }
        >
          Nesterov
        </Checkbox>
      )}
    </Section>
  );
}

function ScheduleSection(): ReactElement {
  const schedule = useApp((s) => s.training.recipe.schedule);
  const samples = useApp((s) => s.training.data?.training.reference.count);
  return (
    <Section title="4 Schedule" fields={scheduleNumbers}>
      <div className="form-row">
        <Select
          label="Rate"
          value={schedule.id}
          options={[
            { value: 'cosine', label: 'cosine' },
            { value: 'step', label: 'step by step' },
            { value: 'constant', label: 'constant' },
          ]}
          onChange={(id) => setRecipe(`Schedule ${id}`, { schedule: scheduleOf(id, schedule.warmUpEpochs) })}
        />
      </div>
      {scheduleNumbers.map((field) => (
        <NumberField key={field.id} field={field} most={field.id === 'batch' ? samples : undefined} />
      ))}
    </Section>
  );
}

function EngineSection(): ReactElement {
  const engine = useApp((s) => s.training.engine);
  const own = useApp((s) => s.session.engines?.steps ?? 'WebAssembly');
  return (
    <Section title="7 Engine">
      <div className="form-row">
        <Select
          label="Steps on"
          value={engine}
          options={[
            { value: 'wasm', label: own },
            { value: 'fastest', label: 'fastest by a probe' },
          ]}
          onChange={setTrainingEngine}
        />
      </div>
      <p className="secondary">
        {engine === 'wasm'
          ? 'The same bits on every machine.'
          : 'WebGPU or WebAssembly, timed on this step when a run starts; the run says which. WebGPU rounds differently.'}
      </p>
    </Section>
  );
}

function AugmentationSection(): ReactElement {
  const augmentation = useApp((s) => s.training.recipe.augmentation);
  return (
    <Section title="5 Augmentation" fields={augmentationNumbers}>
      <Checkbox
        checked={augmentation.flip}
        onChange={(flip) =>
          setRecipe(flip ? 'Flip samples' : 'Do not flip samples', { augmentation: { ...augmentation, flip } })
        }
      >
        Flip left and right
      </Checkbox>
      {fieldsOf(augmentationNumbers)}
    </Section>
  );
}

function TrainButton(): ReactElement {
  const obstacle = useApp(trainObstacle);
  const { epochs, batch } = useApp((s) => s.training.recipe);
  const isPlanned = useApp((s) => s.training.trainable?.batch === s.training.recipe.batch);
  const bytes = useApp((s) => s.training.trainable?.reply.stepBytes);
  const seconds = useApp((s) =>
    s.training.data && s.session.modelId !== undefined
      ? epochSeconds(s.training.runs, s.session.modelId, s.training.data.training.reference.count)
      : undefined,
  );
  const problem = useApp((s) => s.training.trainableProblem ?? s.training.dataProblem);
  return (
    <div className="train-start">
      {problem && <ErrorList problems={[problem]} />}
      <dl>
        <Fact label={`Memory of a step, batch ${batch}`}>
          {bytes === undefined || !isPlanned ? (
            <span className="faint">{isPlanned ? 'unknown' : 'being planned'}</span>
          ) : (
            <>
              {inText(bytes, 'bytes')} <ProvenanceGlyph provenance="computed" />
            </>
          )}
        </Fact>
        <Fact label="Time per epoch">
          {seconds === undefined ? (
            <span className="faint">after the first steps</span>
          ) : (
            <>
              {duration(seconds)} <ProvenanceGlyph provenance="measured" />
            </>
          )}
        </Fact>
      </dl>
      <div className="row">
        <Button kind="primary" onClick={() => void train()} disabledReason={obstacle}>
          {seconds === undefined ? 'Train' : `Train, about ${duration(seconds * epochs)}`}
        </Button>
      </div>
      <p className="caption">{obstacle ?? 'The open network stays as it is; the trained one is a new file.'}</p>
    </div>
  );
}
