/** What crashEverywhere compares: the same for runs that came to the same. */
import { expect, it } from 'vitest';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { readOutcome } from '../../lib/testing/outcome.ts';
import { encoded, newRun, START_MS } from '../store/samples.ts';

const started: JournalEntry = { kind: 'started', atMs: START_MS, version: '1' };
const asked: JournalEntry = { kind: 'step', id: 1, name: 'load' };
const failure: JournalEntry = { kind: 'step-failed', id: 1, atMs: START_MS, error: encoded('no') };
const signal: JournalEntry = {
  kind: 'signal-received',
  messageId: 'm1',
  atMs: START_MS,
  name: 'news',
  payload: encoded(1),
};
const completed: JournalEntry = { kind: 'step-completed', id: 1, atMs: START_MS, value: encoded(2) };

function retried(keeps: number): JournalEntry {
  return { kind: 'retried', atMs: START_MS, number: 1, keeps, reason: 'no' };
}

async function outcomeOf(entries: readonly JournalEntry[]): Promise<readonly string[]> {
  const store = new MemoryStore();
  await store.createRun(newRun({ runId: 'run' }));
  await store.putRecord('run', { number: 1, epoch: 1, nonce: 'turn', entries });
  return readOutcome(store, ['run']);
}

it('a message that came before a failure or after it is the same to a run that was tried again', async () => {
  const before = await outcomeOf([started, asked, signal, failure, retried(3), completed]);
  const after = await outcomeOf([started, asked, failure, { ...signal, unread: true }, retried(2), signal, completed]);
  expect(after).toEqual(before);
  expect(before).toEqual(['run: pending', 'run: signal "news" #1: 1', 'run: step "load" gave 2']);
});
