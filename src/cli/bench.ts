import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { suites } from '../bench/index.ts';
import type { Command } from './command.ts';

/** Where results go: the README's table and the page's About view are made from these files. */
const FOLDER = 'public/bench';

export const bench: Command = {
  id: 'bench',
  summary: 'Measure, against a peer in the same run',
  usage: '[SUITE …]',
  options: [],
  async run(call, host) {
    const named = call.positionals.length > 0 ? call.positionals.map((id) => suites.get(id)) : [...suites];
    const results: object[] = [];
    const lines: string[] = [];
    for (const suite of named) {
      host.note(`Measuring ${suite.id} …`);
      const figures = await suite.run({ client: () => host.client(), note: host.note, now: host.now });
      const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`;
      mkdirSync(FOLDER, { recursive: true });
      const record = {
        suite: suite.id,
        title: suite.title,
        machine,
        date: new Date().toISOString().slice(0, 10),
        results: figures,
      };
      writeFileSync(`${FOLDER}/${suite.id}.json`, `${JSON.stringify(record, null, 2)}\n`);
      results.push(...figures.map((f) => ({ ...f, suite: suite.id })));
      for (const f of figures) {
        const goal = f.goal ? `  goal ${f.goal.operator} ${f.goal.value}${f.goal.met ? '' : ' NOT MET'}` : '';
        const peer = f.ratio === undefined ? '' : `  ${f.ratio.toFixed(2)} × ${f.peer ?? 'peer'}`;
        lines.push(
          `${f.name.padEnd(52)}${f.median.toPrecision(4).padStart(10)} ${f.unit}  (${f.runs} runs)${goal}${peer}`,
        );
      }
    }
    return { json: { results }, text: lines.join('\n') };
  },
};
