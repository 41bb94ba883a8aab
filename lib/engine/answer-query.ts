/**
 * Answers a query: replays the run's journal, and calls the handler that the run's code has given. It needs no lease and
 * writes nothing, so the run does not notice.
 *
 * The answer is that of the last record that was written. Code that cannot follow its journal answers from where it stands.
 *
 * Tested by: test/engine/queries.test.ts, test/engine/query-handlers.test.ts
 */
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { ignoreRejection, isAwaitable, isPromise } from '../core/check-awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import type { Encoded } from '../core/encoded.ts';
import { UnserializableValueError } from '../core/errors.ts';
import { readOnly } from '../core/reading.ts';
import { NEW_ENTITY } from '../core/entity.ts';
import { RunIdTakenError } from '../core/run-errors.ts';
import type { Started } from '../journal/event.ts';
import { standingEntries } from '../journal/standing.ts';
import type { AskedQuery, QueryAnswer } from '../ports/queries.ts';
import type { RunItem } from '../ports/run-item.ts';
import { isClosed } from '../core/run-status.ts';
import { atItsLink } from './at-its-link.ts';
import { checkValueSize } from './check-value-size.ts';
import { readingRun, withGuard } from './guard.ts';
import type { LiveMemory } from './live-memory.ts';
import { asOwner } from './owned-code.ts';
import { replayRun } from './replay-run.ts';
import type { Engine } from './settings.ts';
import { replayToRead } from './unbounded/read-run.ts';

export function answerQuery(engine: Engine, query: AskedQuery): Promise<QueryAnswer> {
  return atItsLink(engine, query.runId, (run) => answerAsOf(engine, query, run));
}

async function answerAsOf(engine: Engine, query: AskedQuery, run: RunItem | undefined): Promise<QueryAnswer> {
  const { runId } = query;
  if (run === undefined) {
    return query.entity === undefined ? { kind: 'not-found' } : askAsItBegins(engine, query, asItBegins(engine, query));
  }
  if (query.entity !== undefined && query.entity !== run.workflow) {
    const error = new RunIdTakenError(runId, `, and not by an entity "${query.entity}": choose another key`);
    return { kind: 'cannot-replay', error };
  }
  const read = await replayToRead(engine, run);
  // A closed run has records until it is purged: the run item goes last.
  if (read.kind === 'no-journal') {
    if (isClosed(run.status)) return { kind: 'not-found' };
    return query.entity === undefined ? { kind: 'not-begun' } : askAsItBegins(engine, query, run);
  }
  if (read.kind === 'unreadable') return { kind: 'cannot-replay', error: read.error };
  const { replayed } = read;
  const memory = replayed.kind === 'replayed' ? replayed.memory : replayed.reached;
  if (memory !== undefined) return ask(engine, memory, query);
  return replayed.kind === 'replayed' ? { kind: 'not-begun' } : { kind: 'cannot-replay', error: replayed.error };
}

/** Of an entity that never was called. */
function asItBegins({ clock }: Engine, { runId, entity = '' }: AskedQuery): RunItem {
  return {
    ...{ runId, workflow: entity, status: 'pending', createdAtMs: clock.nowMs() },
    input: { kind: 'inline', value: encode(NEW_ENTITY, 'the input') },
    ...{ inputDigest: '', epoch: 0, wakes: 0, inboxIds: [] },
  };
}

/** An entity, or its next link, that has not begun: its code is run as if it began now, and nothing is kept of that. */
async function askAsItBegins(engine: Engine, query: AskedQuery, run: RunItem): Promise<QueryAnswer> {
  const started: Started = { kind: 'started', atMs: engine.clock.nowMs(), version: engine.version };
  const replayed = await replayRun(engine, run, standingEntries([started]));
  if (replayed.kind === 'cannot-replay') return replayed;
  return ask(engine, replayed.memory, query);
}

function ask(engine: Engine, memory: LiveMemory, { name, args, callbackId }: AskedQuery): QueryAnswer {
  const { live } = memory;
  const names = live.queryNames();
  const pending = callbackId === undefined ? undefined : live.pending.get(callbackId);
  const isKnown =
    callbackId === undefined ? names.includes(name) : pending?.kind === 'callback' && pending.name === name;
  if (!isKnown) return { kind: 'unknown-query', names };
  try {
    const value = asOwner(memory.strays, () =>
      withGuard(readingRun(memory.guarded), () =>
        toAnswer(
          engine,
          name,
          callbackId === undefined ? live.askQuery(name, decode(args)) : live.checkCallback(callbackId, decode(args)),
        ),
      ),
    );
    return { kind: 'answered', value };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

function toAnswer(engine: Engine, name: string, value: unknown): Encoded {
  const what = `the answer to query "${name}"`;
  const handler = `the handler of query "${name}"`;
  if (isPromise(value)) {
    ignoreRejection(value);
    throw readOnly(handler, 'returned a promise');
  }
  let encoded: Encoded;
  try {
    encoded = encode(value, what);
  } catch (error) {
    const isToBeAwaited = isAwaitable(value) && error instanceof UnserializableValueError;
    throw isToBeAwaited ? readOnly(handler, `returned something to be awaited (${describeValue(value)})`) : error;
  }
  checkValueSize(engine, encoded, { what, advice: 'return a part of it' });
  return encoded;
}
