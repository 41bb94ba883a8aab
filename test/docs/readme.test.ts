import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as lull from 'lull';
import { expect, test } from 'vitest';
import vitestConfig from '../../vitest.config.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const docs = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md')) // not the reference, which has all names by itself
  .map((name) => readFileSync(join(root, 'docs', name), 'utf8'));

/** What CPython 3.13 exports from asyncio for authors of coroutines; the rest is for those who write event loops. */
const ASYNCIO = [
  ...['run', 'Runner', 'sleep', 'create_task', 'ensure_future', 'gather', 'wait', 'wait_for', 'as_completed', 'shield'],
  ...['timeout', 'timeout_at', 'TaskGroup', 'Task', 'current_task', 'all_tasks', 'Future', 'to_thread'],
  ...['run_coroutine_threadsafe', 'FIRST_COMPLETED', 'FIRST_EXCEPTION', 'ALL_COMPLETED'],
  ...['Queue', 'LifoQueue', 'PriorityQueue', 'QueueEmpty', 'QueueFull', 'QueueShutDown'],
  ...['Lock', 'Event', 'Condition', 'Semaphore', 'BoundedSemaphore', 'Barrier', 'BrokenBarrierError'],
  ...['CancelledError', 'TimeoutError', 'InvalidStateError'],
];

test.each(['signup.ts', 'signup.test.ts'])('the README shows %s as it is tested here', (name) => {
  expect(readme).toContain(`\n${readFileSync(join(import.meta.dirname, name), 'utf8')}\`\`\`\n`);
});

test('the README puts its first test where vitest looks for tests', () => {
  const [, place] = /beside the workflow, as `([^`]+)`/.exec(readme) ?? [];
  expect(place).toMatch(/^functions\/.*\.test\.ts$/);
  expect(JSON.stringify(vitestConfig.test?.projects)).toContain('functions/**/*.test.ts');
});

test('the README says of each name of asyncio how it is called here', () => {
  const table = readme.slice(readme.indexOf('## asyncio, and how'), readme.indexOf('Not in asyncio:'));
  expect(ASYNCIO.filter((name) => !new RegExp(`\\b${name}\\b`).test(table))).toEqual([]);
});

test('each name that `lull` exports stands in the README or in a document', () => {
  const text = [readme, ...docs].join('\n');
  expect(Object.keys(lull).filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});

test('links within the repository lead somewhere', () => {
  const links = Array.from(readme.matchAll(/\]\(([^)#:]+)/g), ([, target]) => target!);
  expect(links.length).toBeGreaterThan(8);
  for (const target of links) expect(existsSync(join(root, target)), target).toBe(true);
});
