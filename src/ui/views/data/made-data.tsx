import { type ReactElement, useState } from 'react';
import type { DataDescription } from '../../../explore/index.ts';
import type { Catalog } from '../../../jobs/protocol.ts';
import { makeData } from '../../actions/open-data.ts';
import { useApp } from '../../state/store.ts';
import { Button, Select, TextField } from '../../widgets/index.ts';

const none: Catalog['generators'] = [];
const elements = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
/** Where small networks land between 85 and 98 %. */
const USUAL = 0.5;
const MOST_SAMPLES = 100_000;

/** Labelled samples made from the session's seed, where a set fits the input: no files needed to train and to compare. */
export function MadeData({ description }: { readonly description: DataDescription }): ReactElement | null {
  const all = useApp((s) => s.session.catalog?.generators ?? none);
  const { inputs, reference } = description;
  const [input, another] = inputs;
  const fitting = input && !another ? all.filter(({ shape }) => elements(shape) === elements(input.shape)) : none;
  const recipe = reference.recipe;
  const [chosen, setChosen] = useState(recipe?.generator ?? fitting[0]?.id ?? '');
  const [difficulty, setDifficulty] = useState(String(recipe?.difficulty ?? USUAL));
  const [count, setCount] = useState(String(recipe?.generator === undefined ? 500 : recipe.count));
  const [busy, setBusy] = useState(false);
  if (fitting.length === 0) return null;
  const isHard = isBetween(difficulty, 0, 1);
  const isCount = isBetween(count, 1, MOST_SAMPLES) && Number.isInteger(Number(count));
  const generator = fitting.find(({ id }) => id === chosen) ?? fitting[0];
  const make = async (): Promise<void> => {
    if (!generator) return;
    setBusy(true);
    await makeData(generator.id, Number(count), Number(difficulty));
    setBusy(false);
  };
  const obstacle = busy ? 'they are being made' : isHard && isCount ? undefined : 'a number is wrong';
  return (
    <section aria-labelledby="data-made">
      <h3 id="data-made">Made from the seed</h3>
      <div className="stack">
        <Select
          label="Labelled set that fits the input"
          value={generator?.id ?? ''}
          options={fitting.map(({ id, classes }) => ({ value: id, label: id, note: `${classes} classes` }))}
          onChange={setChosen}
        />
        <p className="caption">{generator?.title}</p>
        <div className="data-made-numbers">
          <TextField
            label="Difficulty, 0 to 1"
            value={difficulty}
            onChange={setDifficulty}
            wrong={isHard ? undefined : 'From 0 (clean) to 1 (hard)'}
          />
          <TextField
            label="Samples"
            value={count}
            onChange={setCount}
            wrong={isCount ? undefined : 'A whole number from 1 to 100 000'}
          />
        </div>
        <div className="row">
          <Button onClick={() => void make()} disabledReason={obstacle}>
            {busy ? 'Making samples' : `Make samples of ${generator?.id ?? ''}`}
          </Button>
        </div>
      </div>
    </section>
  );
}

const isBetween = (text: string, low: number, high: number): boolean =>
  text.trim() !== '' && Number(text) >= low && Number(text) <= high;
