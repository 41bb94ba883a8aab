import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { costTables } from '../../bench/cost/cost-table.ts';
import { countUsage } from '../../bench/cost/count.ts';
import { countEncryption } from '../../bench/cost/encryption.ts';
import { countOperations } from '../../bench/cost/operations.ts';
import { WORKLOADS } from '../../bench/cost/workloads.ts';
import { BUCKET_LIMITS } from '../../lib/ports/content-limits.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/cost.md'), 'utf8');

/** Tables as they are, however their columns are aligned. */
function plain(markdown: string): string[] {
  return markdown
    .split('\n')
    .filter((line) => line !== '' && !/^\|[ -|]+\|$/.test(line))
    .map((line) => line.replaceAll(/ +/g, ' '));
}

test('docs/cost.md says what is counted today, times the prices of today', async () => {
  const counted = [];
  for (const workload of WORKLOADS) counted.push({ workload, usage: await countUsage(workload) });
  // What comes after it takes a bundle of compiled code and thousands of turns: `npm run cost -- --check`.
  const [, tables = ''] = /<!-- counted -->\n([^]*)### With snapshots/.exec(text) ?? [];
  const costs = costTables(counted, await countOperations(), await countEncryption());
  expect(plain(tables), 'npm run cost writes them anew').toEqual(plain(costs));
});

test('docs/cost.md says from which size on a payload goes to the bucket', () => {
  const [, kilobytes] = /A payload above (\d+) KB/.exec(text) ?? [];
  expect(Number(kilobytes) * 1024).toBe(BUCKET_LIMITS.itemContentBytes);
});
