import type { ReactElement } from 'react';
import { closeOverlay } from '../actions/navigate.ts';
import { useApp } from '../state/store.ts';
import { Dialog, Fact } from '../widgets/index.ts';

/** What this copy is, what computes in it, how its promises are tested, and what was measured: the files of `npm run bench`. */
export function About(): ReactElement {
  const catalog = useApp((s) => s.session.catalog);
  const engines = useApp((s) => s.session.engines);
  return (
    <Dialog title="About Paretoscope" onClose={closeOverlay} className="about-dialog">
      <dl className="fact-list">
        <Fact label="Version">
          {catalog?.toolVersion ?? 'unknown'}
          {__COMMIT__ && <span className="mono secondary"> {__COMMIT__}</span>}
        </Fact>
        <Fact label="Integers are computed by">{engines?.programs ?? 'unknown'}</Fact>
        <Fact label="Floats are computed by">{engines?.floats ?? 'unknown'}</Fact>
        <Fact label="Training steps are computed by">{engines?.steps ?? 'unknown'}</Fact>
        <Fact label="Licence">Apache-2.0; Inter and JetBrains Mono: SIL Open Font License 1.1</Fact>
      </dl>
      {engines?.notes.map((note) => (
        <p key={note.code} className="warn prose">
          {note.message}
        </p>
      ))}
      <h3>How this is tested</h3>
      <p className="prose">
        A browser test walks through the whole main job and fails on any request after load, on a script or an address
        the page’s policy does not allow, and on serious accessibility findings. Every package is compiled and run
        against the integers computed here, bit for bit. The same commands run on your machine:{' '}
        <span className="mono">npm test</span>, <span className="mono">npm run bench</span>.
      </p>
      <h3>Measured</h3>
      <p className="prose">
        <a href="./src/bench/gpu.html">Compare WebAssembly and your graphics processor</a>: a page of its own.
      </p>
      {__BENCH__.length === 0 ? (
        <p className="secondary">This copy was built without measurements: npm run bench makes them.</p>
      ) : (
        <Measures />
      )}
    </Dialog>
  );
}

function Measures(): ReactElement {
  return (
    <div className="scroll">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" className="number">
              Median
            </th>
            <th scope="col">Goal</th>
            <th scope="col">Against</th>
          </tr>
        </thead>
        {__BENCH__.map((suite) => (
          <tbody key={suite.suite}>
            <tr>
              <th scope="rowgroup" colSpan={4}>
                {suite.title}{' '}
                <span className="secondary">
                  {suite.machine}, {suite.date}
                </span>
              </th>
            </tr>
            {suite.results.map((r) => (
              <tr key={r.name}>
                <td>{r.name}</td>
                <td className="number">
                  {Number(r.median.toPrecision(3))} {r.unit}
                </td>
                <td>
                  {r.goal
                    ? `${r.goal.operator === '<=' ? '≤' : '≥'} ${r.goal.value}${r.goal.met ? '' : ', not met'}`
                    : ''}
                </td>
                <td>{r.ratio === undefined ? '' : `${r.ratio.toPrecision(3)} × ${r.peer ?? 'peer'}`}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
