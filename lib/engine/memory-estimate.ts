/**
 * How much memory a run takes up between its turns, as an estimate: JavaScript does not say what an object holds.
 *
 * The numbers are measured (`node --expose-gc ... bench/memory-estimate.ts`, which also says how far off they are). They are
 * for what the engine holds. What code holds beside that came from its journal, mostly, and counts as its bytes.
 *
 * Tested by: test/engine/memory-estimate.test.ts
 */
import type { WarmRun } from './warm-runs.ts';

export const MEMORY_BYTES = {
  /** A run with nothing in it: its loop, its own task, its random numbers, its place among the warm runs. */
  run: 12_000,
  /** A task with its coroutine's frames, and the futures that wait for it. */
  task: 2_000,
  /** A step, timer or receive that is pending: its command, its future, its place in the order of the due. */
  pending: 300,
  /** A message id of the journal. */
  messageId: 120,
  /** For each byte of the journal: what it has of values, code may keep. */
  journalByte: 1.5,
} as const;

export function estimateMemoryBytes({ memory, journal }: WarmRun): number {
  const { live } = memory;
  return (
    MEMORY_BYTES.run +
    MEMORY_BYTES.task * live.taskCount() +
    MEMORY_BYTES.pending * live.pending.size +
    MEMORY_BYTES.messageId * journal.messageIds.size +
    MEMORY_BYTES.journalByte * journal.bytes
  );
}
