/**
 * `npm run cost`: counts what the workloads use, and writes the tables into docs/cost.md, between its two marks.
 * `npm run cost -- --check` writes nothing, and fails if the document says something else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { costTables, type Counted } from './cost-table.ts';
import { countUsage } from './count.ts';
import { countOperations } from './operations.ts';
import { WORKLOADS } from './workloads.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/cost.md');
const [FROM, TO] = ['<!-- counted -->', '<!-- /counted -->'];

const counted: Counted[] = [];
for (const workload of WORKLOADS) {
  const usage = await countUsage(workload);
  console.log(`${workload.name}: ${JSON.stringify(usage)}`);
  counted.push({ workload, usage });
}

const before = readFileSync(DOCUMENT, 'utf8');
const [from, to] = [before.indexOf(FROM), before.indexOf(TO)];
if (from === -1 || to === -1) throw new Error(`docs/cost.md has no ${FROM} ... ${TO} where its tables belong`);
const text = `${before.slice(0, from)}${FROM}\n\n${costTables(counted, await countOperations())}\n${before.slice(to)}`;
const after = await format(text, { parser: 'markdown', printWidth: 120 });

if (process.argv.includes('--check')) {
  if (after !== before) throw new Error('docs/cost.md says something else than was counted: npm run cost');
  console.log('docs/cost.md says what was counted');
} else {
  writeFileSync(DOCUMENT, after);
  console.log('written to docs/cost.md');
}
