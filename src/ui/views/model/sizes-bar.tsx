import { type ReactElement, useState } from 'react';
import { setSizes } from '../../actions/open-model.ts';
import { useApp } from '../../state/store.ts';
import { Button, TextField } from '../../widgets/index.ts';

const MOST = 1_000_000;

/** Dimensions that the file names instead of sizing them: the user's to set. Not shown for a network without any. */
export function SizesBar(): ReactElement | null {
  const symbols = useApp((s) => s.session.view?.symbols);
  const reference = useApp((s) => s.session.view?.reference.sha256);
  if (!symbols || symbols.length === 0) return null;
  return <SizesForm key={`${reference} ${JSON.stringify(symbols)}`} symbols={symbols} />;
}

interface SizesFormProps {
  readonly symbols: readonly { readonly name: string; readonly size?: number }[];
}

function SizesForm({ symbols }: SizesFormProps): ReactElement {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const open = symbols.filter((s) => s.size === undefined);
  const textOf = (s: (typeof symbols)[number]): string => texts[s.name] ?? (s.size === undefined ? '' : String(s.size));
  const wrongOf = (text: string): string | undefined =>
    text === '' || (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST)
      ? undefined
      : `a whole number from 1 to ${MOST}`;
  const given = symbols.filter((s) => textOf(s) !== '');
  const changed = symbols.some((s) => texts[s.name] !== undefined && texts[s.name] !== String(s.size ?? ''));
  const wrong = symbols.some((s) => wrongOf(textOf(s)) !== undefined);
  const apply = (): void => {
    if (changed && !wrong) void setSizes(Object.fromEntries(given.map((s) => [s.name, Number(textOf(s))])));
  };
  return (
    <section className="sizes-bar" aria-label="Sizes of named dimensions">
      <strong>{open.length > 0 ? 'Set sizes to see costs' : 'Named dimensions'}</strong>
      {symbols.map((s) => (
        <TextField
          key={s.name}
          label={s.name}
          mono
          width={72}
          value={textOf(s)}
          wrong={wrongOf(textOf(s))}
          onChange={(text) => setTexts({ ...texts, [s.name]: text.trim() })}
          onEnter={apply}
        />
      ))}
      <Button
        small
        kind={open.length > 0 ? 'primary' : 'default'}
        onClick={apply}
        disabledReason={wrong ? 'a size is not a whole number' : changed ? undefined : 'nothing is changed'}
      >
        Set sizes
      </Button>
    </section>
  );
}
