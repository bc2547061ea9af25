import { type ReactElement, useState } from 'react';
import { copyText, showFile } from '../../actions/deploy.ts';
import { quantity } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import type { PackageState } from '../../state/types.ts';
import { Button, EmptyState, ErrorList, Panel } from '../../widgets/index.ts';
import { readyOf } from './ready.ts';

type PackageFile = Extract<PackageState, { status: 'ready' }>['reply']['files'][number];

interface Branch {
  readonly folder: string;
  readonly files: readonly PackageFile[];
}

/** Files of the package by folder, with their sizes in kB. */
export function FileTree({ state }: { readonly state: PackageState | undefined }): ReactElement {
  const files = readyOf(state)?.reply.files ?? [];
  const shown = useApp((s) => s.deploy.file);
  const current = files.find((f) => f.path === shown) ?? firstOf(files);
  const total = files.reduce((sum, f) => sum + f.bytes, 0);
  const size = quantity(total, 'fileBytes');
  return (
    <Panel
      title="Files"
      note={files.length ? `${files.length} files, ${size.value} ${size.unit}` : 'none yet'}
      className="deploy-files"
    >
      {branchesOf(files).map((branch) => (
        <div key={branch.folder}>
          {branch.folder !== '' && <p className="folder mono">{branch.folder}</p>}
          <ul>
            {branch.files.map((file) => (
              <li key={file.path}>
                <button
                  type="button"
                  className={branch.folder === '' ? 'file' : 'file inside'}
                  aria-current={file === current ? 'true' : undefined}
                  onClick={() => showFile(file.path)}
                >
                  <span className="mono cut grow">{nameOf(file)}</span>
                  <span className="caption">{(file.bytes / 1000).toFixed(1)}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Panel>
  );
}

/** The order in which a package is read: what it is, the model, its numbers, what proves it; then the kernels. */
const ROLES: readonly RegExp[] = [
  /^readme/i,
  /^makefile$/i,
  /^manifest\./,
  /^model\.h$/,
  /^model\./,
  /^weights\./,
  /^test/,
];

const nameOf = (file: PackageFile): string => file.path.slice(file.path.lastIndexOf('/') + 1);

function byRole(a: PackageFile, b: PackageFile): number {
  const rank = (file: PackageFile): number => {
    const at = ROLES.findIndex((role) => role.test(nameOf(file)));
    return at < 0 ? ROLES.length : at;
  };
  return rank(a) - rank(b) || nameOf(a).localeCompare(nameOf(b));
}

function branchesOf(files: readonly PackageFile[]): Branch[] {
  const folders = new Map<string, PackageFile[]>();
  for (const file of files) {
    const folder = file.path.includes('/') ? file.path.slice(0, file.path.lastIndexOf('/')) : '';
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([folder, list]) => ({ folder, files: list.sort(byRole) }));
}

/** What is worth reading first: the model's own source. */
const firstOf = (files: readonly PackageFile[]): PackageFile | undefined =>
  files.find((f) => f.preview !== undefined && /(^|\/)model\.c$/.test(f.path)) ??
  files.find((f) => f.preview !== undefined && f.path.endsWith('.c')) ??
  files.find((f) => f.preview !== undefined) ??
  files[0];

/** The chosen file as text; the layer selected elsewhere is washed. */
export function FilePreview({ state }: { readonly state: PackageState | undefined }): ReactElement {
  const files = readyOf(state)?.reply.files ?? [];
  const shown = useApp((s) => s.deploy.file);
  const layer = useApp((s) => s.selection.layer);
  const [wrap, setWrap] = useState(false);
  const file = files.find((f) => f.path === shown) ?? firstOf(files);
  if (state?.status === 'failed') {
    return (
      <Panel title="Not offered" padded>
        <ErrorList problems={[state.problem]} />
      </Panel>
    );
  }
  if (!file) {
    return (
      <Panel title="Preview">
        <EmptyState
          title={state?.status === 'running' ? 'Making the package and running its self-test' : 'No package yet'}
        >
          Every byte of every output is compared with the simulator before the package is offered.
        </EmptyState>
      </Panel>
    );
  }
  const lines = file.preview?.split('\n') ?? [];
  return (
    <Panel
      title={file.path}
      mono
      note={file.preview === undefined ? 'no preview' : `${lines.length} lines, ${(file.bytes / 1000).toFixed(1)} kB`}
      className="deploy-preview"
      actions={
        <>
          <Button kind="quiet" pressed={wrap} onClick={() => setWrap(!wrap)}>
            Wrap
          </Button>
          <Button
            kind="quiet"
            onClick={() => void copyText(file.preview ?? '', `${file.path} copied`)}
            disabledReason={file.preview === undefined ? 'no preview of this file' : undefined}
          >
            Copy
          </Button>
        </>
      }
    >
      {file.preview === undefined ? (
        <p className="secondary code-none">This file is binary or long; it is in the zip.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by key
        <pre className={wrap ? 'code wrap' : 'code'} role="region" tabIndex={0} aria-label={`Text of ${file.path}`}>
          {lines.map((line, i) => (
            <CodeLine
              key={lineKey(i)}
              number={i + 1}
              text={line}
              linked={layer !== undefined && mentions(line, layer)}
            />
          ))}
        </pre>
      )}
    </Panel>
  );
}

/** Lines and pieces of a shown file never move: their place is their name. */
const lineKey = (place: number): string => `at ${place}`;

/** Whether a line names the layer as a word of its own ('conv2d_1' is not in 'conv2d_10'). */
function mentions(line: string, layer: string): boolean {
  for (let at = line.indexOf(layer); at >= 0; at = line.indexOf(layer, at + 1)) {
    const after = line[at + layer.length] ?? ' ';
    if (!/[\w]/.test(after)) return true;
  }
  return false;
}

interface CodeLineProps {
  readonly number: number;
  readonly text: string;
  readonly linked: boolean;
}

const CodeLine = ({ number, text, linked }: CodeLineProps): ReactElement => (
  <span className={linked ? 'code-line linked' : 'code-line'}>
    <span className="line-number" aria-hidden="true">
      {number}
    </span>
    <span className="code-text">{tinted(text)}</span>
    {'\n'}
  </span>
);

const TOKENS =
  /(\/\*.*?\*\/|\/\/.*$|^\s*\*.*$|#\s*\w+|"[^"]*"|\b(?:static|const|int|void|return|for|if|else|while|struct|typedef|unsigned|char|u?int(?:8|16|32|64)_t|size_t)\b|\b\d[\w.]*\b)/g;

/** Comments, strings, words of the language and numbers in their own tone. */
function tinted(text: string): (string | ReactElement)[] {
  return text.split(TOKENS).map((part, i) => {
    if (i % 2 === 0) return part;
    const tone = /^(\/\*|\/\/|\s*\*)/.test(part)
      ? 'comment'
      : part.startsWith('"')
        ? 'string'
        : /^\d/.test(part)
          ? 'digit'
          : 'word';
    return (
      <span key={lineKey(i)} className={`code-${tone}`}>
        {part}
      </span>
    );
  });
}
