/**
 * Replays a run of the testing kit when it has suspended or ended, and compares: what the code does again from its
 * journal has to be what it did while a worker had it in memory. It is not, where the code depends on something outside
 * of the run: a variable of a module, a variable that the body of a step has changed, a promise.
 *
 * Not its job: to decide when this happens (the cloud does).
 */
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { encodeError } from '../codec/encode-error.ts';
import type { Encoded } from '../core/encoded.ts';
import { LullError, NondeterminismError } from '../core/errors.ts';
import { messageOf, toError } from '../core/to-error.ts';
import type { Replayed } from '../engine/replay-again.ts';
import type { TurnEnd } from '../engine/turn-end.ts';
import { isCommandEntry, type JournalEntry } from '../journal/event.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';

/** A replay of the run goes another way than the run did. `runId` says which run it is. */
export class ReplayDiffersError extends LullError {
  static {
    this.prototype.name = 'ReplayDiffersError';
  }
  readonly runId: string;

  constructor({ runId, workflow }: RunItem, difference: string, suspects: readonly string[], options?: ErrorOptions) {
    const suspected = suspects.length > 0 ? ` Look here first: ${suspects.join('; ')}.` : '';
    super(
      'REPLAY_DIFFERS',
      `run "${runId}" of workflow "${workflow}" goes another way when it is replayed: ${difference}. A replay runs the ` +
        `code again with the recorded results, and no body of a step. So the code depends on something outside of the ` +
        `run: a variable of a module, a variable that the body of a step has changed, or a promise.${suspected} ` +
        `createTestEngine({ checkReplay: false }) turns this check off`,
      options,
    );
    this.runId = runId;
  }
}

export interface ReplayCheck {
  readonly store: Store;
  /** Replays the run to the end of its journal. */
  readonly replay: (runId: string) => Promise<Replayed>;
  /** What in the run may be the cause, in words. */
  readonly suspects: (run: RunItem) => readonly string[];
}

/** Undefined where a replay does the same, or cannot tell. To be called right after a turn of the run has ended. */
export async function findReplayDifference(
  { store, replay, suspects }: ReplayCheck,
  runId: string,
  end: TurnEnd,
): Promise<ReplayDiffersError | undefined> {
  if (end.kind !== 'suspended' && end.kind !== 'ended') return undefined;
  if (end.kind === 'ended' && end.status === 'terminated') return undefined;
  const replayed = await replay(runId);
  const run = await store.readRun(runId);
  if (run === undefined || replayed.kind === 'unknown') return undefined;
  if (replayed.kind === 'cannot-replay') {
    const { error } = replayed;
    if (!(error instanceof NondeterminismError)) return undefined;
    return new ReplayDiffersError(run, error.message, suspects(run), { cause: error });
  }
  const difference = end.kind === 'suspended' ? ofSuspended(replayed) : await ofEnded(store, run, replayed);
  return difference === undefined ? undefined : new ReplayDiffersError(run, difference, suspects(run));
}

type Followed = Extract<Replayed, { kind: 'replayed' }>;

function ofSuspended({ outcome, unrecorded, codeLocation }: Followed): string | undefined {
  const command = unrecorded.find(isCommandEntry);
  if (command !== undefined) {
    return `${codeLocation} it asks for ${describeCommand(command)}, for which it did not ask before`;
  }
  if (outcome.kind === 'completed') return 'its code ends, where it waited before';
  if (outcome.kind === 'failed') return `its code fails with ${describeError(outcome.error)}, where it waited before`;
  return undefined;
}

async function ofEnded(store: Store, run: RunItem, { outcome, codeLocation }: Followed): Promise<string | undefined> {
  if (run.status === 'completed') {
    const before = await storedText(store, run);
    if (outcome.kind === 'failed')
      return `it ended with ${before}, and a replay fails with ${describeError(outcome.error)}`;
    if (outcome.kind === 'going-on') return `it ended with ${before}, and a replay still waits ${codeLocation}`;
    if (outcome.kind !== 'completed') return undefined;
    const now = textOf(encode(outcome.value, 'the result'));
    return now === before ? undefined : `it ended with ${before}, and a replay ends with ${now}`;
  }
  if (run.status !== 'failed' || outcome.kind !== 'failed') return undefined;
  const before = await storedText(store, run);
  const now = textOf(encodeError(toError(outcome.error), 'the error'));
  const [failedWith, failsWith] = [before, now].map(messageIn);
  return failedWith === failsWith ? undefined : `it failed with ${failedWith}, and a replay fails with ${failsWith}`;
}

/** Stacks differ from replay to replay. */
function messageIn(text: string | undefined): string {
  return describeError(decode(JSON.parse(text ?? 'null') as Encoded));
}

async function storedText(store: Store, { runId, result }: RunItem): Promise<string> {
  if (result === undefined) return 'undefined';
  const value = result.kind === 'inline' ? result.value : await store.readValue(runId, result.key);
  return textOf(value);
}

function textOf(value: Encoded | undefined): string {
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

function describeError(error: unknown): string {
  return JSON.stringify(messageOf(toError(error)));
}

function describeCommand(command: JournalEntry): string {
  return 'name' in command ? `${command.kind} "${command.name}"` : `a ${command.kind}`;
}
