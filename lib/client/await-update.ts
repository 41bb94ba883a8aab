/** Waits for the answer of an update, by looking at the item of its message in growing intervals. */
import { decode } from '../codec/decode.ts';
import { toMilliseconds, type Duration } from '../core/duration.ts';
import { TimeoutError } from '../core/errors.ts';
import { RunEndedError, RunNotFoundError, UpdateFailedError, UpdateRefusedError } from '../core/run-errors.ts';
import { isClosed } from '../core/run-status.ts';
import { toError } from '../core/to-error.ts';
import { delay } from '../ports/delay.ts';
import type { UpdateAnswer } from '../ports/message.ts';
import type { Store } from '../ports/store.ts';
import type { ClientPorts } from './client-ports.ts';
import { retryUnavailable } from './retry-unavailable.ts';

/** An update that was accepted. */
export interface SentUpdate {
  readonly runId: string;
  readonly messageId: string;
  readonly name: string;
}

const FIRST_INTERVAL_MS = 20;
const LONGEST_INTERVAL_MS = 1_000;
const GROWTH = 1.5;

/** What the handler returned; throws what became of the update instead. */
export async function awaitUpdate(
  ports: ClientPorts,
  sent: SentUpdate,
  timeout: Duration | undefined,
): Promise<unknown> {
  const { runId, name } = sent;
  const timeoutMs = timeout === undefined ? Infinity : toMilliseconds(timeout, 'the timeout of update()');
  const giveUpAtMs = ports.clock.nowMs() + timeoutMs;
  const store = await ports.openStore();
  for (let intervalMs = FIRST_INTERVAL_MS; ; intervalMs = Math.min(intervalMs * GROWTH, LONGEST_INTERVAL_MS)) {
    const answer = await retryUnavailable(ports.clock, () => findAnswer(store, sent));
    if (answer !== undefined) return toResult(store, sent, answer);
    const remainingMs = giveUpAtMs - ports.clock.nowMs();
    if (remainingMs <= 0) {
      throw new TimeoutError(`update "${name}" of run "${runId}" has no answer within ${timeoutMs} ms: it goes on`);
    }
    await delay(ports.clock, Math.min(intervalMs, remainingMs));
  }
}

/** Undefined as long as there may be one. An update of a run that has ended without answering it throws a RunEndedError. */
export async function findAnswer(
  store: Store,
  { runId, messageId, name }: SentUpdate,
): Promise<UpdateAnswer | undefined> {
  const first = await store.readAnswer(runId, messageId);
  if (first.kind === 'answered') return first.answer;
  const run = await store.readRun(runId);
  if (run === undefined) throw new RunNotFoundError(runId);
  if (!isClosed(run.status)) {
    if (first.kind === 'open') return undefined;
    throw new RunNotFoundError(runId); // it was purged, and its id is that of another run
  }
  // The last answers of a run are written before its end: one may have come between the two reads.
  const last = await store.readAnswer(runId, messageId);
  if (last.kind === 'answered') return last.answer;
  throw new RunEndedError(runId, run.status, `update "${name}"`);
}

export async function toResult(store: Store, { runId, name }: SentUpdate, answer: UpdateAnswer): Promise<unknown> {
  const { status, value: stored } = answer;
  const encoded = stored.kind === 'inline' ? stored.value : await store.readValue(runId, stored.key);
  // Values go only with their run: it was purged since its answer was read.
  if (encoded === undefined) throw new RunNotFoundError(runId);
  switch (status) {
    case 'completed':
      return decode(encoded, { unregistered: 'refuse' });
    case 'failed':
      throw new UpdateFailedError(runId, name, toError(decode(encoded, { unregistered: 'plain' })));
    case 'refused':
      throw new UpdateRefusedError(runId, name, toError(decode(encoded, { unregistered: 'plain' })));
  }
}
