// I10: what a run shows, and who waits for its end, has limits.
import { setStatus, sleep, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { expect } from 'vitest';
import { WATCHERS_LIMIT } from '../../lib/ports/limits.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { createdRun } from '../store/samples.ts';
import { codeOf, limit } from './limit-cases.ts';

const shows = workflow('shows', function* (status: unknown) {
  setStatus(status);
  yield* sleep('1 s');
});
const waits = workflow('waits', function* () {
  yield* sleep('1 day');
});

/** A status that takes so many bytes as JSON text. */
const status = (bytes: number): Promise<string> =>
  codeOf(() => createTestEngine({ workflows: [shows] }).run(shows, 'x'.repeat(bytes - 2)));

limit('CUSTOM_STATUS_LIMIT_BYTES', {
  under: async () => expect(await status(999)).toBe('taken'),
  at: async () => expect(await status(1_000)).toBe('taken'),
  over: async () => expect(await status(1_001)).not.toBe('taken'),
});

const start = (attributes: Record<string, string>): Promise<string> =>
  codeOf(() => createTestEngine({ workflows: [waits] }).start(waits, undefined, { attributes }));

/** Attributes that take so many bytes as JSON text. */
const attributes = (bytes: number): Promise<string> => start({ a: 'x'.repeat(bytes - 8) });

limit('ATTRIBUTES_LIMIT_BYTES', {
  under: async () => expect(await attributes(999)).toBe('taken'),
  at: async () => expect(await attributes(1_000)).toBe('taken'),
  over: async () => expect(await attributes(1_001)).toBe('INVALID_ARGUMENT'),
});

const name = (characters: number): Promise<string> => start({ ['n'.repeat(characters)]: 'x' });

limit('ATTRIBUTE_NAME_LIMIT', {
  under: async () => expect(await name(63)).toBe('taken'),
  at: async () => expect(await name(64)).toBe('taken'),
  over: async () => expect(await name(65)).toBe('INVALID_ARGUMENT'),
});

/** What becomes of the last of so many watchers. */
async function watch(count: number): Promise<string> {
  const store = new MemoryStore();
  const { runId } = await createdRun(store);
  let last = '';
  for (let at = 0; at < count; at += 1) ({ kind: last } = await store.watch(runId, `w-${at}`, WATCHERS_LIMIT));
  return last;
}

limit('WATCHERS_LIMIT', {
  under: async () => expect(await watch(19)).toBe('watching'),
  at: async () => expect(await watch(20)).toBe('watching'),
  over: async () => expect(await watch(21)).toBe('full'),
});
