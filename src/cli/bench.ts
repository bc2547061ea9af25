import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import type { BenchFigure, BenchHost, BenchRecord, Suite } from '../bench/index.ts';
import type { Command } from './command.ts';
import { createNodeClient } from './pool.ts';

/** Where results go: the README's table and the page's About view are made from these files. */
const FOLDER = 'public/bench';
/** Data that lie beside the repository, not in it. */
const DATA = '../shared/data';

export const bench: Command = {
  id: 'bench',
  summary: 'Measure, against a peer in the same run',
  usage: '[SUITE …]',
  options: [],
  async run(call, host) {
    // Only here: the other commands start faster without the suites and what they measure.
    const { suites } = await import('../bench/index.ts');
    const named = call.positionals.length > 0 ? call.positionals.map((id) => suites.get(id)) : [...suites];
    mkdirSync(FOLDER, { recursive: true });
    const results: object[] = [];
    const lines: string[] = [];
    for (const suite of named) {
      host.note(`Measuring ${suite.id} …`);
      const record = await measure(suite, host);
      if (record.results.length > 0)
        writeFileSync(`${FOLDER}/${suite.id}.json`, `${JSON.stringify(record, null, 2)}\n`);
      results.push(...record.results.map((f) => ({ ...f, suite: suite.id })));
      lines.push(...record.results.map(lineOf));
    }
    return { json: { results }, text: lines.join('\n') };
  },
};

async function measure(suite: Suite, { now, note }: Pick<BenchHost, 'now' | 'note'>): Promise<BenchRecord> {
  const notes: string[] = [];
  const loadAverage = loadavg()[0] ?? 0;
  const results = await suite.run({
    newClient: createNodeClient,
    now,
    note: (text) => {
      notes.push(text);
      note(text);
    },
    kernels: async () => new Uint8Array(readFileSync(resolve(import.meta.dirname, 'kernels/kernels.wasm'))),
    data: (path) => {
      const full = resolve(DATA, path);
      return existsSync(full) ? full : undefined;
    },
  });
  return {
    suite: suite.id,
    title: suite.title,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`,
    date: new Date().toISOString().slice(0, 10),
    loadAverage: Math.round(loadAverage * 10) / 10,
    notes,
    results,
  };
}

function lineOf(f: BenchFigure): string {
  const goal = f.goal
    ? `  goal ${f.goal.operator} ${f.goal.value}${f.goal.of === 'ratio' ? ' ×' : ''}${f.goal.met ? '' : ' NOT MET'}`
    : '';
  const peer = f.ratio === undefined ? '' : `  ${f.ratio.toFixed(2)} × ${f.peer ?? 'peer'}`;
  return `${f.name.padEnd(72)}${f.median.toPrecision(4).padStart(10)} ${f.unit}  (${f.runs} runs)${goal}${peer}`;
}
