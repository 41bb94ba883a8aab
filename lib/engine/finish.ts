/**
 * Ends a run: writes how it ended, if nothing was accepted since (operation 15).
 *
 * Relies on: the inbox has a limit, and only the worker with the lease empties it. So a stream of messages, however fast,
 * keeps the run from ending only until the inbox is full.
 *
 * Tested by: test/engine/run-end.test.ts, test/invariants/i6-message-once.test.ts
 */
import { encodedBytes } from '../codec/encode.ts';
import { encodeError } from '../codec/encode-error.ts';
import type { Encoded } from '../core/encoded.ts';
import { invariant } from '../core/invariant.ts';
import { messageOf, toError } from '../core/to-error.ts';
import type { ClosedStatus } from '../core/run-status.ts';
import type { Outcome } from '../scheduler/live-run.ts';
import { afterEndOfTurn, toDoAfterEnd, toPurgeAtMs } from './after-end.ts';
import { encodeResult } from './encode-result.ts';
import { storeValue } from './store-value.ts';
import { noteTailWritten, tailToWrite } from './tail.ts';
import type { Turn } from './turn-state.ts';
import { forgetBase } from './unbounded/write-base.ts';
import { forgetSnapshots } from './write-snapshot.ts';

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
  const purgeAtMs = toPurgeAtMs(engine, turn.run.workflow, endedAtMs);
  const afterEnd = toDoAfterEnd(turn);
  const finish = await engine.store.finish(runId, {
    epoch,
    wakesSeen,
    status,
    // a worker that was taken over writes under another key
    result: await storeValue(engine, { runId, key: `result-${epoch}`, value: result }),
    endedAtMs,
    purgeAtMs,
    ...(afterEnd === undefined ? {} : { afterEnd }),
    ...tailToWrite(turn),
    ...turn.shows(),
  });
  if (finish.kind === 'done') {
    noteTailWritten(turn);
    await forgetSnapshots(turn);
    if (afterEnd !== 'tell-and-stop-children') await forgetBase(turn); // it has the children of the run
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
