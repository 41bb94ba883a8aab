/**
 * Readers of a stream and callers of an entity, over HTTP, in processes of their own that are killed (SIGKILL) and come again
 * with what they have got. No part of `npm test`, as it takes a minute.
 */
import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LocalCloud } from 'lull/local';
import type { Got, ReaderOrder } from './reader-process.ts';

export const READERS_ENTRY = join(import.meta.dirname, 'killed-readers-entry.ts');
const WORDS = 400;
const CALLS = 40;
/** Each reader is killed when it has so many more; the last one comes to the end. */
const KILLED_AFTER = [1, 40, 3, 90];

/** Each has every value once, in order, and so have those that come late; each call was carried out once. */
export async function playKilledReaders(cloud: LocalCloud): Promise<void> {
  const signer = { credentials: cloud.credentials.admin, region: cloud.region };
  const body = JSON.stringify(WORDS);
  const started = await cloud.fetch('/workflows/many-words/runs', { method: 'POST', body });
  const { id } = (await started.json()) as { id: string };
  const words = { url: `${cloud.url}/runs/${id}/streams/words`, signer };
  const calls = { url: `${cloud.url}/entities/tally/${id}/add`, signer, how: 'calls', until: CALLS } as const;
  const [events, pages, answers] = await Promise.all([
    comeAgain({ ...words, how: 'events' }, KILLED_AFTER),
    comeAgain({ ...words, how: 'pages' }, KILLED_AFTER),
    comeAgain(calls, [1, 7, 3, 9]),
  ]);
  const all = Array.from({ length: WORDS }, (_, index) => ({ seq: index + 1, value: `word ${index + 1}` }));
  expect(events).toEqual(all);
  expect(pages).toEqual(all);
  expect(await Promise.all((['events', 'pages'] as const).map((how) => comeAgain({ ...words, how }, [])))).toEqual([
    all,
    all,
  ]);

  const counted = Array.from({ length: CALLS }, (_, index) => ({ seq: index + 1, value: index + 1 }));
  expect(answers).toEqual(counted);
  expect(await comeAgain(calls, [])).toEqual(counted); // the same calls once more
  expect(await (await cloud.fetch(`/entities/tally/${id}/sum`)).json()).toBe(CALLS);
}

/** A reader after the other, each killed when it has so many more; the last is not. All that they have got. */
async function comeAgain(order: Omit<ReaderOrder, 'from'>, killedAfter: readonly number[]): Promise<Got[]> {
  const got: Got[] = [];
  for (const most of [...killedAfter, Infinity]) {
    const from = (got.at(-1)?.seq ?? 0) + 1;
    got.push(...(await read({ ...order, from }, most)));
  }
  return got;
}

async function read(order: ReaderOrder, most: number): Promise<Got[]> {
  const reader = fork(join(import.meta.dirname, 'reader-process.ts'), [JSON.stringify(order)], {
    execArgv: ['--conditions=lull-source', '--import', 'tsx', '--no-warnings'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const closed = new Promise<number | null>((resolve) => reader.once('close', resolve));
  const got: Got[] = [];
  for await (const line of createInterface({ input: reader.stdout! })) {
    got.push(JSON.parse(line) as Got);
    if (got.length >= most) reader.kill('SIGKILL');
  }
  const code = await closed;
  if (most === Infinity) expect(code).toBe(0);
  return got;
}
