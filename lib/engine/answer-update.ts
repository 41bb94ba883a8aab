/**
 * Answers updates: writes onto the item of an update's message what came of it (operation 21), where its caller looks. The
 * item has one answer, the first.
 *
 * A refusal is in no journal. So it is written after the record of all that the validator has seen (I3). And a worker that
 * took over claims each update before it decides on it (operation 20): a refusal of the worker before, whose request is
 * late, must not stand beside an update that is carried out.
 *
 * Tested by: test/engine/updates.test.ts, test/engine/update-failures.test.ts, test/invariants/i6-update-once.test.ts
 */
import { decode } from '../codec/decode.ts';
import { encodeError } from '../codec/encode-error.ts';
import type { Encoded } from '../core/encoded.ts';
import { UndecodableValueError } from '../core/errors.ts';
import type { AnswerOperation } from '../core/operation.ts';
import { toError } from '../core/to-error.ts';
import type { UpdateReceived } from '../journal/event.ts';
import { ANSWER_KEY_PREFIX, type UpdateAnswer } from '../ports/message.ts';
import type { StoredValue } from '../ports/run-item.ts';
import { checkValueSize } from './check-value-size.ts';
import { readingRun, withGuard } from './guard.ts';
import type { LiveMemory } from './live-memory.ts';
import { asOwner } from './owned-code.ts';
import type { Engine } from './settings.ts';
import { storeValue } from './store-value.ts';
import type { Turn } from './turn-state.ts';

/** What the validator has thrown; undefined if the update is to be carried out. UndecodableValueError as of any message. */
export function refusalOf(memory: LiveMemory, { name, args }: UpdateReceived): Encoded | undefined {
  try {
    asOwner(memory.strays, () =>
      withGuard(readingRun(memory.guarded), () => {
        memory.live.checkUpdate(name, decode(args));
      }),
    );
    return undefined;
  } catch (error) {
    if (error instanceof UndecodableValueError) throw error;
    return encodeError(toError(error), `the refusal of update "${name}"`);
  }
}

/** After a commit. `lost`: a later worker has the run. */
export function answerRefused(turn: Turn): 'answered' | Promise<'answered' | 'lost'> {
  return turn.refusals.size === 0 ? 'answered' : answerThem(turn);
}

async function answerThem(turn: Turn): Promise<'answered' | 'lost'> {
  const { engine, runId, epoch, refusals } = turn;
  for (const [messageId, refusal] of refusals) {
    if (!(await turn.lease.isOurs())) return 'lost';
    const value = await storeAnswer(engine, { runId, messageId, value: refusal });
    const { kind } = await engine.store.answerUpdate(runId, { messageId, epoch, answer: { status: 'refused', value } });
    if (kind === 'lost') return 'lost';
    refusals.delete(messageId);
    turn.answered.add(messageId);
    turn.inboxIds = turn.inboxIds.filter((id) => id !== messageId);
  }
  return 'answered';
}

/** The body of the step that answers an update whose handler has ended. */
export async function writeAnswer(
  engine: Engine,
  { runId, messageId, status, value }: AnswerOperation,
  { name, epoch }: { readonly name: string; readonly epoch: number },
): Promise<void> {
  const answer = fitting(engine, name, { status, value });
  const stored: UpdateAnswer = {
    status: answer.status,
    value: await storeAnswer(engine, { runId, messageId, value: answer.value }),
  };
  await engine.store.answerUpdate(runId, { messageId, epoch, answer: stored });
}

function fitting(
  engine: Engine,
  name: string,
  answer: Pick<AnswerOperation, 'status' | 'value'>,
): Pick<AnswerOperation, 'status' | 'value'> {
  const what = `the answer to update "${name}"`;
  try {
    checkValueSize(engine, answer.value, { what, advice: 'return a part of it, or a key to it' });
    return answer;
  } catch (error) {
    return { status: 'failed', value: encodeError(toError(error), what) };
  }
}

/** The same value for the same message, so that a repeat puts the same under the same key. */
function storeAnswer(
  engine: Engine,
  { runId, messageId, value }: { readonly runId: string; readonly messageId: string; readonly value: Encoded },
): Promise<StoredValue> {
  const inlineBytes = Math.max(engine.maxInlineBytes, INLINE_ANSWER_BYTES);
  return storeValue(engine, { runId, key: `${ANSWER_KEY_PREFIX}${messageId}`, value, inlineBytes });
}

/** The item of the message has room: it has lost its payload. */
const INLINE_ANSWER_BYTES = 10_000;
