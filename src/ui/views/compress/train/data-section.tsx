import type { ReactElement } from 'react';
import { openDataPanel } from '../../../actions/data-panel.ts';
import { chooseFiles } from '../../../actions/open-files.ts';
import { setRecipe } from '../../../actions/training-recipe.ts';
import { inText, middleCut } from '../../../format/index.ts';
import { useApp } from '../../../state/store.ts';
import type { AppState } from '../../../state/types.ts';
import { Button, Fact } from '../../../widgets/index.ts';
import { Section } from './section.tsx';

/** What is trained on and judged by; without labels, what can be done about it. */
export function DataSection(): ReactElement {
  const data = useApp((s) => s.session.data?.reference);
  const parts = useApp((s) => s.training.data);
  const needsLabels = useApp((s) => s.training.recipe.loss.id !== 'mse');
  const isMissing = data !== undefined && !data.labelled && needsLabels;
  return (
    <Section title="1 Data">
      <dl>
        <Fact label="Samples">
          <span title={data?.name}>{data ? middleCut(data.name, 28) : 'being read'}</span>
        </Fact>
        <Fact label="Training">{countOf(parts?.training.reference.count)}</Fact>
        <Fact label="Validation">{countOf(parts?.validation.reference.count)}</Fact>
      </dl>
      {data && (
        <div className="row">
          <Button small onClick={openDataPanel}>
            Look at the data
          </Button>
        </div>
      )}
      {isMissing ? <NoLabels /> : <p className="caption">No sample is in two parts; equal ones stay together.</p>}
    </Section>
  );
}

const countOf = (count: number | undefined): ReactElement =>
  count === undefined ? <span className="faint">being divided</span> : <span>{inText(count, 'count')}</span>;

/** Whether the output has the size of the input: what an auto-encoder learns to give back. */
function isEcho({ session }: AppState): boolean {
  const size = (shape: readonly (number | string)[] | undefined): number | undefined => {
    const known = shape?.filter((d) => typeof d === 'number');
    return known?.reduce((product, d) => product * d, 1);
  };
  const [input, ...inputs] = session.view?.inputs ?? [];
  const [output, ...outputs] = session.view?.outputs ?? [];
  const is = input && output && inputs.length === 0 && outputs.length === 0;
  return is !== undefined && is && size(input.shape) !== undefined && size(input.shape) === size(output.shape);
}

function NoLabels(): ReactElement {
  const echo = useApp(isEcho);
  const generated = useApp((s) => s.session.data?.reference.origin === 'generated');
  return (
    <div className="stack tight">
      <p className="secondary">
        {generated
          ? 'These inputs were made from the network’s shapes and have no labels. Training needs samples with labels: a CIFAR or MNIST file, .npz with x and y, pictures in a folder per class.'
          : 'These samples have no labels, and this loss compares answers with labels.'}
      </p>
      <div className="row wrap">
        <Button small onClick={chooseFiles}>
          Choose samples and labels
        </Button>
        {echo && (
          <Button small onClick={() => setRecipe('Train as an auto-encoder', { loss: { id: 'mse' } })}>
            Train as an auto-encoder
          </Button>
        )}
      </div>
    </div>
  );
}
