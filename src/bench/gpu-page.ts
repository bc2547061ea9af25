import { BugError } from '../base/index.ts';
import type { GpuAnswer, GpuRequest } from './gpu.worker.ts';
import type { CheckResult } from './gpu-checks.ts';
import { type GpuMeasure, gpuRecord } from './gpu-record.ts';

/** The page for users with a graphics processor: comparisons and timings, both in a worker, and the figures as a file. */

const NETWORKS = [
  ['lenet', 'LeNet'],
  ['resnet8', 'ResNet-8'],
  ['depthwise', 'Depthwise network'],
  ['autoencoder', 'Auto-encoder'],
] as const;
const BATCHES = [1, 32, 128] as const;

function found<T extends HTMLElement>(selector: string, type: new () => T): T {
  const element = document.querySelector(selector);
  if (!(element instanceof type)) throw new BugError(`The page has no ${selector}.`);
  return element;
}

const button = (id: string): HTMLButtonElement => found(`#${id}`, HTMLButtonElement);
const [check, measure, stop, save] = [button('check'), button('measure'), button('stop'), button('save')];
const adapter = found('#adapter', HTMLElement);
const checkState = found('#check-state', HTMLElement);
const measureState = found('#measure-state', HTMLElement);

let adapterWords = '';
let measures: GpuMeasure[] = [];
/** Ends the request under way. */
let stopWorking = (): void => {};

/** Sends one request to a worker of its own; the result tells whether the user stopped it. */
function ask(request: GpuRequest, onAnswer: (answer: GpuAnswer) => void): Promise<'answered' | 'stopped'> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./gpu.worker.ts', import.meta.url), { type: 'module' });
    const finish = (how: 'answered' | 'stopped' = 'answered'): void => {
      worker.terminate();
      stopWorking = () => {};
      resolve(how);
    };
    stopWorking = () => finish('stopped');
    worker.addEventListener('message', ({ data }: MessageEvent<GpuAnswer>) => {
      onAnswer(data);
      if (data.is === 'done' || data.is === 'failed') finish();
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      onAnswer({ is: 'failed', message: event.message || 'The worker could not be loaded.' });
      finish();
    });
    worker.postMessage(request);
  });
}

function choices(id: string, entries: readonly (readonly [value: string, label: string])[]): void {
  const set = found(`#${id}`, HTMLElement);
  for (const [value, label] of entries) {
    const box = document.createElement('input');
    Object.assign(box, { type: 'checkbox', value, checked: true });
    const wrapped = document.createElement('label');
    wrapped.append(box, ` ${label}`);
    set.append(wrapped);
  }
}

const chosen = (id: string): string[] =>
  [...document.querySelectorAll<HTMLInputElement>(`#${id} input:checked`)].map((box) => box.value);

interface Cell {
  readonly text: string;
  readonly kind?: 'number' | 'bad';
}

function addRow(table: string, [head, ...cells]: readonly [string, ...Cell[]]): void {
  const shown = found(`#${table}`, HTMLTableElement);
  const around = shown.closest('[hidden]');
  if (around instanceof HTMLElement) around.hidden = false;
  const row = shown.tBodies[0]?.insertRow();
  const first = document.createElement('th');
  first.scope = 'row';
  first.textContent = head;
  row?.append(first);
  for (const { text, kind } of cells) {
    const cell = document.createElement('td');
    cell.textContent = text;
    if (kind) cell.className = kind;
    row?.append(cell);
  }
}

function clear(table: string): void {
  const body = found(`#${table}`, HTMLTableElement).tBodies[0];
  body?.replaceChildren();
}

const share = (value: number | undefined): Cell => ({
  text: value === undefined ? '' : value === 0 ? '0' : value.toExponential(0),
  kind: 'number',
});
const rate = (value: number | undefined): Cell => ({
  text: value === undefined ? '–' : String(Number(value.toPrecision(3))),
  kind: 'number',
});

function showCheck({ name, difference, tolerance, fault }: CheckResult): void {
  const result: Cell = fault === undefined ? { text: 'agrees' } : { text: fault, kind: 'bad' };
  addRow('checks', [name, share(difference), share(tolerance), result]);
}

function showMeasure({ network, work, batch, wasm, webgpu, chosen: engine }: GpuMeasure): void {
  const ratio = wasm === undefined || webgpu === undefined ? undefined : webgpu / wasm;
  const name = engine === 'webgpu' ? 'WebGPU' : 'WebAssembly';
  const count: Cell = { text: String(batch), kind: 'number' };
  addRow('measures', [network, { text: work }, count, rate(wasm), rate(webgpu), rate(ratio), { text: name }]);
}

const failure = ({ message, hint = '' }: { readonly message: string; readonly hint?: string }): string =>
  `${message} ${hint}`.trim();

async function look(): Promise<void> {
  await ask({ do: 'look' }, (answer) => {
    if (answer.is === 'failed') adapter.textContent = failure(answer);
    if (answer.is !== 'adapter') return;
    adapterWords = answer.name;
    adapter.textContent = answer.isSoftware
      ? `${answer.name}: a program on the processor that plays a graphics processor. Results can be compared; for speed WebAssembly is used.`
      : answer.name;
    check.disabled = false;
  });
}

async function compare(): Promise<void> {
  clear('checks');
  let [agreed, all] = [0, 0];
  setWorking(true);
  checkState.textContent = 'comparing …';
  const how = await ask({ do: 'check' }, (answer) => {
    if (answer.is === 'check') {
      all++;
      if (answer.result.fault === undefined) agreed++;
      showCheck(answer.result);
      checkState.textContent = `${all} compared, ${agreed} agree`;
    }
    if (answer.is === 'failed') checkState.textContent = failure(answer);
    if (answer.is === 'done') checkState.textContent = `${agreed} of ${all} agree`;
  });
  if (how === 'stopped') checkState.textContent = `Stopped. ${all} compared, ${agreed} agree`;
  setWorking(false);
}

async function time(): Promise<void> {
  clear('measures');
  measures = [];
  setWorking(true);
  let refused = '';
  measureState.textContent = 'measuring …';
  const how = await ask(
    { do: 'measure', networks: chosen('networks'), batches: chosen('batches').map(Number) },
    (answer) => {
      if (answer.is === 'refused') refused = `WebGPU is not used: ${answer.reason}.`;
      if (answer.is === 'measure') {
        measures.push(answer.measure);
        showMeasure(answer.measure);
        measureState.textContent = `${measures.length} measured. ${refused}`;
      }
      if (answer.is === 'failed') measureState.textContent = failure(answer);
      if (answer.is === 'done') measureState.textContent = `Done, ${measures.length} measured. ${refused}`;
    },
  );
  if (how === 'stopped') measureState.textContent = `Stopped, ${measures.length} measured. ${refused}`;
  setWorking(false);
  save.hidden = measures.length === 0;
}

function setWorking(isWorking: boolean): void {
  check.disabled = isWorking || adapterWords === '';
  measure.disabled = isWorking;
  stop.hidden = !isWorking;
}

/** The figures in the form of the project's own measurements. */
function saveFile(): void {
  const machine = `${adapterWords || 'no WebGPU'}; ${navigator.hardwareConcurrency} threads; ${navigator.userAgent}`;
  const record = gpuRecord(measures, machine, new Date().toISOString().slice(0, 10));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(record, null, 2)}\n`], { type: 'application/json' }));
  link.download = 'gpu.json';
  link.click();
  URL.revokeObjectURL(link.href);
}

choices('networks', NETWORKS);
choices(
  'batches',
  BATCHES.map((batch) => [String(batch), String(batch)]),
);
check.addEventListener('click', () => void compare());
measure.addEventListener('click', () => void time());
stop.addEventListener('click', () => stopWorking());
save.addEventListener('click', saveFile);
void look();
