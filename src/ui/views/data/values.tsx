import type { ReactElement } from 'react';
import type { DataDescription } from '../../../explore/index.ts';
import { Fact } from '../../widgets/index.ts';
import { plain } from './numbers.ts';

/** Shape, layout and figures of the values, per input. */
export function Values({ description }: { readonly description: DataDescription }): ReactElement {
  return (
    <section aria-labelledby="data-values">
      <h3 id="data-values">Values</h3>
      {description.inputs.map((input) => (
        <dl key={input.input}>
          <Fact label="Input">
            <span className="mono">{input.input}</span>
          </Fact>
          <Fact label="Shape of a sample">
            <span className="mono">[{input.shape.join(', ')}]</span>
          </Fact>
          {input.layout && (
            <Fact label="Layout">
              {input.layout.data === input.layout.model
                ? `${input.layout.data}, as the model takes it`
                : `${input.layout.data} in the data, turned to ${input.layout.model}`}
              , {input.layout.how}
            </Fact>
          )}
          <Fact label="As the model gets them">
            {plain(input.fed.all.min)} to {plain(input.fed.all.max)}, mean{' '}
            {plain(input.fed.all.mean, input.fed.all.deviation)}, σ {plain(input.fed.all.deviation)}
          </Fact>
          {input.before.length > 1 && input.before.length <= 4 && <PerChannel input={input} />}
        </dl>
      ))}
    </section>
  );
}

function PerChannel({ input }: { readonly input: DataDescription['inputs'][number] }): ReactElement {
  return (
    <div className="data-channels">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Channel, as stored</th>
            <th scope="col" className="number">
              Lowest
            </th>
            <th scope="col" className="number">
              Highest
            </th>
            <th scope="col" className="number">
              Mean
            </th>
            <th scope="col" className="number">
              σ
            </th>
          </tr>
        </thead>
        <tbody>
          {input.before.map((figures, channel) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a channel is its number
            <tr key={channel}>
              <th scope="row">{channel}</th>
              <td className="number">{plain(figures.min)}</td>
              <td className="number">{plain(figures.max)}</td>
              <td className="number">{plain(figures.mean, figures.deviation)}</td>
              <td className="number">{plain(figures.deviation)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
