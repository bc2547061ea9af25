import { type ReactElement, useEffect, useState } from 'react';
import { droppedFiles } from '../actions/dropped-folder.ts';
import { openFiles } from '../actions/open-files.ts';
import { problemOf, showProblem } from '../actions/problems.ts';
import { loadPlaces } from '../views/index.ts';
import { Key } from '../widgets/index.ts';

const kinds: readonly (readonly [string, string])[] = [
  ['.onnx, .keras, .h5, network .json, or one of these in a .zip or .gz', 'the model'],
  ['.data, .bin, .weights named in the model', 'its external data'],
  ['.npz, .npy, .csv with a series per row', 'inputs for calibration, accuracy, training'],
  ['a folder or zip of pictures, a folder per class', 'inputs and labels'],
  ['array y, MNIST idx, CIFAR binary, labels.txt', 'labels'],
  ['.csv or .json with a number per layer', 'a metric to colour the graph by'],
  ['.paretoscope', 'a saved exploration'],
];

/** The whole window takes files, in every place. */
export function DropLayer(): ReactElement | null {
  const [count, setCount] = useState<number | undefined>();
  useEffect(() => {
    let depth = 0;
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth++;
      setCount(event.dataTransfer?.items.length ?? 0);
    };
    const over = (event: DragEvent): void => {
      if (hasFiles(event)) event.preventDefault();
    };
    const leave = (): void => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setCount(undefined);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setCount(undefined);
      if (!event.dataTransfer) return;
      // Folders are walked while they are still in reach: the browser forgets what was dropped when this handler returns.
      void droppedFiles(event.dataTransfer).then(
        (files) => {
          if (files.length > 0) void openFiles(files);
        },
        (thrown: unknown) => showProblem(problemOf(thrown)),
      );
      // The place that shows what was opened is fetched while it is read.
      void loadPlaces();
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  if (count === undefined) return null;
  return (
    <div className="drop-layer">
      <div className="drop-sheet">
        <h2 className="page-title">
          Release to open {count || ''} {count === 1 ? 'file' : 'files'}
        </h2>
        <p className="prose">Read here, in this page. Nothing is uploaded.</p>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">If it is</th>
              <th scope="col">it is taken as</th>
            </tr>
          </thead>
          <tbody>
            {kinds.map(([is, as]) => (
              <tr key={is}>
                <td>{is}</td>
                <td className="secondary">{as}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="secondary">
          <Key>Esc</Key> keeps the page as it is. Names are only known after release.
        </p>
      </div>
    </div>
  );
}
