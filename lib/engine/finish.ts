/**
 * Ends a run: writes how it ended, if nothing was accepted since (operation 15).
 *
 * Relies on: the inbox has a limit, and only the worker with the lease empties it. So a stream of messages, however fast,
 * keeps the run from ending only until the inbox is full.
 *
 * Tested by: test/engine/run-end.test.ts, test/invariants/i6-message-once.test.ts
 */
import { encode, encodedBytes } from '../codec/encode.ts';
import { encodeError } from '../codec/encode-error.ts';
import type { Encoded } from '../core/encoded.ts';
import { PayloadTooLargeError } from '../core/errors.ts';
import { invariant } from '../core/invariant.ts';
import { messageOf, toError } from '../core/to-error.ts';
import { describeHigherLimit } from '../ports/content-limits.ts';
import type { ClosedStatus } from '../core/run-status.ts';
import type { StoredValue } from '../ports/run-item.ts';
import type { Outcome } from '../scheduler/live-run.ts';
import { afterEndOfTurn, toDoAfterEnd } from './after-end.ts';
import type { Engine } from './settings.ts';
import type { Turn } from './turn-state.ts';

export type EndRunResult =
  | { readonly kind: 'ended'; readonly status: ClosedStatus }
  | { readonly kind: 'accepted-since' }
  | { readonly kind: 'lease-lost' };

export interface Ending {
  readonly status: ClosedStatus;
  readonly result: Encoded;
}

/** Writes how the workflow's code has ended. */
export function finishRun(turn: Turn, outcome: Outcome): Promise<EndRunResult> {
  return endRun(turn, (turn.ending ??= toEnding(turn, outcome)));
}

/** On `accepted-since` the turn has seen the new messages, and goes on. */
export async function endRun(turn: Turn, { status, result }: Ending): Promise<EndRunResult> {
  const { engine, runId, epoch, wakesSeen } = turn;
  const endedAtMs = engine.clock.nowMs();
  const retentionMs = engine.registry.find(turn.run.workflow)?.retentionMs;
  const purgeAtMs = retentionMs === undefined ? undefined : endedAtMs + retentionMs;
  const afterEnd = toDoAfterEnd(turn);
  const finish = await engine.store.finish(runId, {
    epoch,
    wakesSeen,
    status,
    result: await storeValue(turn, result),
    endedAtMs,
    purgeAtMs,
    ...(afterEnd === undefined ? {} : { afterEnd }),
    ...turn.shows(),
  });
  if (finish.kind === 'done') {
    if (afterEnd !== undefined) await afterEndOfTurn(turn, { status, result, endedAtMs, purgeAtMs });
    return { kind: 'ended', status };
  }
  if (finish.kind === 'lost') return { kind: 'lease-lost' };
  turn.refreshFrom(finish.run);
  return { kind: 'accepted-since' };
}

/** As it is stored. To be called as soon as the code has ended: a promise in its result is refused before it rejects. */
export function toEnding(turn: Turn, outcome: Outcome): Ending {
  invariant(
    outcome.kind !== 'going-on' && outcome.kind !== 'continued',
    `run "${turn.runId}" was to be finished while it goes on`,
  );
  const { maxValueBytes } = turn.engine;
  const what = `the result of workflow "${turn.run.workflow}"`;
  if (outcome.kind === 'completed') {
    try {
      return { status: 'completed', result: encodeResult(turn.engine, turn.run.workflow, outcome.value) };
    } catch (error) {
      return { status: 'failed', result: encodeError(toError(error), what) };
    }
  }
  const error = toError(outcome.error);
  const result = encodeError(error, `the error of workflow "${turn.run.workflow}"`);
  const bytes = encodedBytes(result);
  if (bytes <= maxValueBytes) return { status: outcome.kind, result };
  const short = new Error(`${messageOf(error).slice(0, 1_000)} (shortened: the error had ${bytes} bytes)`);
  return { status: outcome.kind, result: encodeError(short, what) };
}

/** Throws what keeps the value from being stored as the result. */
export function encodeResult({ maxValueBytes, store }: Engine, workflow: string, value: unknown): Encoded {
  const what = `the result of workflow "${workflow}"`;
  const result = encode(value, what);
  const bytes = encodedBytes(result);
  if (bytes <= maxValueBytes) return result;
  throw new PayloadTooLargeError(
    `${what} has ${bytes} bytes, the limit is ${maxValueBytes}: return a key to it` +
      describeHigherLimit(store.limits, 'valueBytes'),
  );
}

async function storeValue({ engine, runId, epoch }: Turn, value: Encoded): Promise<StoredValue> {
  if (encodedBytes(value) <= engine.maxInlineBytes) return { kind: 'inline', value };
  const key = `result-${epoch}`; // a worker that was taken over writes under another one
  await engine.store.putValue(runId, key, value);
  return { kind: 'item', key };
}
