/**
 * `npm run cost`: counts what the workloads use, and writes the tables into docs/cost.md, between its two marks.
 * `npm run cost -- --check` writes nothing, and fails if the document says something else.
 */
import { writeCounted } from '../write-counted.ts';
import { costTables, framesTable, type Counted } from './cost-table.ts';
import { countUsage } from './count.ts';
import { countEncryption } from './encryption.ts';
import { countWithFrames } from './frames-usage.ts';
import { countOperations } from './operations.ts';
import { WORKLOADS } from './workloads.ts';

const counted: Counted[] = [];
for (const workload of WORKLOADS) {
  const usage = await countUsage(workload);
  console.log(`${workload.name}: ${JSON.stringify(usage)}`);
  counted.push({ workload, usage });
}

const isToCheck = process.argv.includes('--check');
const tables = costTables(counted, await countOperations(), await countEncryption());
const withFrames = framesTable(counted, await countWithFrames());
await writeCounted('cost.md', `${tables}\n${withFrames}`, { command: 'npm run cost', isToCheck });
