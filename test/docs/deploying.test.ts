import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shortestLease, SWEEP_INTERVAL } from '../../infra/sweeper.ts';
import { WORKER_TIMEOUT } from '../../infra/worker.ts';
import { dueShards } from '../../lib/dynamodb/schema.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/deploying.md'), 'utf8');
const props = readFileSync(join(root, 'infra/workflow-engine-props.ts'), 'utf8');
const tableProps = readFileSync(join(root, 'infra/workflow-table.ts'), 'utf8');

test('docs/deploying.md adds up what an engine costs without work', () => {
  const cents = Array.from(text.matchAll(/^\| (?:sweeps|queue), .*\| +([\d.]+) +\|$/gm), ([, value]) => Number(value));
  expect(cents).toHaveLength(4);
  const sum = cents.reduce((all, one) => all + one, 0);
  expect(text).toContain(`**${sum.toFixed(2)}**`);
  expect(text).toContain(`43,200 x ${dueShards().length} queries x 0.5 read units = 345,600`);
  expect(43_200 * dueShards().length * 0.5).toBe(345_600);
});

test('docs/deploying.md names props that there are, with their defaults', () => {
  const table = text.slice(text.indexOf('## Props'), text.indexOf('**Schedules**'));
  const named = Array.from(table.matchAll(/^\| `(\w+)`/gm), ([, name]) => name!);
  expect(named.length).toBeGreaterThan(8);
  for (const name of named) expect(props + tableProps, name).toMatch(new RegExp(`readonly ${name}\\?:`));
  expect(table).toMatch(new RegExp(`\`leaseDuration\` +\\| ${shortestLease(SWEEP_INTERVAL).toSeconds()} seconds`));
  expect(table).toMatch(new RegExp(`\`workerOptions\` +\\| 1024 MB, ${WORKER_TIMEOUT.toMinutes()} minutes`));
});
