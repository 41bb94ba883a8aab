/**
 * Creates a run with what has come of its first turn, where the process that starts it takes that turn (operation 1). It
 * takes the place of the first commit: up to here nothing of the run is in the table, and its code has changed nothing
 * outside (I3).
 *
 * If the run is there already, what was worked out is thrown away.
 *
 * Tested by: test/engine/first-turn.test.ts, test/engine/first-turn-crashes.test.ts
 */
import type { JournalEntry } from '../journal/event.ts';
import { encodedBytes } from '../codec/encode.ts';
import { invariant } from '../core/invariant.ts';
import type { AfterFirstRecord } from '../ports/first-turn.ts';
import type { Lease } from '../ports/run-item.ts';
import type { CreateRunResult, NewRun } from '../ports/store.ts';
import { afterEndOfTurn, toDoAfterEnd, toPurgeAtMs } from './after-end.ts';
import { chunksOf, commit, noteRecord } from './commit.ts';
import { comesToRest } from './comes-to-rest.ts';
import type { LiveMemory } from './live-memory.ts';
import { emitTurnStarted } from './observe.ts';
import { codeHasEnded } from './pending-events.ts';
import { sendWake } from './send-wake.ts';
import { findFatal } from './stop-code.ts';
import { valuesFor } from './stream-values.ts';
import { toRest } from './suspend.ts';
import type { TurnEnd } from './turn-end.ts';
import type { Turn } from './turn-state.ts';

/**
 * Each write of the run item costs a unit for each KB of it. So what goes on, or rests, has its first record in there only
 * if that keeps the item below one: its keys and counts take up to 350 bytes, an input 200, a message or a lease 100.
 */
const OPEN_LIMIT_BYTES = 400;
/** One that has ended is not written again: its record and its result cost less in there than beside it. */
const ENDED_LIMIT_BYTES = 1_000;

/** A run that is not there yet, and what came of the attempt to create it. */
export interface Creation {
  readonly run: NewRun;
  readonly lease: Lease;
  readonly create: (run: NewRun) => Promise<CreateRunResult>;
  result: CreateRunResult | undefined;
}

/** `recorded`: the turn has the lease, and goes on as after a commit. A turn that drops may not have created it. */
export async function createRunOfTurn(
  turn: Turn,
  creation: Creation,
  memory: LiveMemory,
): Promise<'recorded' | TurnEnd> {
  const { engine } = turn;
  // An error that the code has left behind shows when the event loop has turned, as it does while a record is written.
  await engine.turnOfTheLoop?.();
  turn.shown = memory.live.shown();
  const entries = turn.unwritten.take();
  const [first, ...others] = chunksOf(entries, engine.maxRecordBytes);
  invariant(first !== undefined, `the first turn of run "${turn.runId}" has nothing to record`);
  // Values of streams are items beside their record, and written with it (operation 34).
  const isAlone = others.length === 0 && valuesFor(turn.journal.streams, entries).length === 0;
  const then = isAlone ? whatComesThen(turn, memory, creation, first.bytes) : goesOn(creation);
  const isInItem = isAlone && first.bytes <= (then.kind === 'has-ended' ? ENDED_LIMIT_BYTES : OPEN_LIMIT_BYTES);
  await create(turn, creation, isInItem ? first.entries : undefined, then);
  if (creation.result?.kind !== 'created') return { kind: 'lease-lost' };

  emitTurnStarted(turn);
  if (!isInItem) {
    turn.unwritten.pushAll(entries);
    return (await commit(turn)) === 'lost' ? { kind: 'lease-lost' } : 'recorded';
  }
  noteRecord(turn, { number: 1, nonce: turn.nonce }, first);
  if (then.kind === 'goes-on') return 'recorded';
  if (then.kind === 'rests') {
    if (then.dueAtMs !== undefined) await sendWake(turn, then.dueAtMs);
    return { kind: 'suspended', dueAtMs: then.dueAtMs };
  }
  const { status, endedAtMs, purgeAtMs, afterEnd } = then;
  const result = turn.ending?.result;
  invariant(result !== undefined, `run "${turn.runId}" has ended without a result`);
  if (afterEnd !== undefined) await afterEndOfTurn(turn, { status, result, endedAtMs, purgeAtMs });
  return { kind: 'ended', status };
}

async function create(
  turn: Turn,
  creation: Creation,
  entries: readonly JournalEntry[] | undefined,
  then: AfterFirstRecord,
): Promise<void> {
  const firstTurn = { nonce: turn.nonce, ...(entries && { entries }), then };
  creation.result = await creation.create({ ...creation.run, firstTurn });
}

function whatComesThen(turn: Turn, memory: LiveMemory, creation: Creation, bytes: number): AfterFirstRecord {
  if (findFatal(turn, memory) !== undefined) return goesOn(creation);
  if (codeHasEnded(memory)) return toEnd(turn, ENDED_LIMIT_BYTES - bytes) ?? goesOn(creation);
  if (bytes > OPEN_LIMIT_BYTES || !comesToRest(turn, memory)) return goesOn(creation);
  const { dueAtMs, needsWake, shows } = toRest(turn, memory);
  return { kind: 'rests', dueAtMs, ...(needsWake && { needsWake }), ...(shows && { shows }) };
}

/** The lease is a worker's: from here on the turn is like any other. */
function goesOn({ lease }: Creation): AfterFirstRecord {
  return { kind: 'goes-on', lease };
}

/**
 * Undefined for one that continues as new, and for a result that has to be an item of its own: its key is that of whichever
 * run has the id.
 */
function toEnd(turn: Turn, limitBytes: number): AfterFirstRecord | undefined {
  const { engine, run, ending } = turn;
  if (ending === undefined || encodedBytes(ending.result) > limitBytes) return undefined;
  const endedAtMs = engine.clock.nowMs();
  const afterEnd = toDoAfterEnd(turn);
  return {
    kind: 'has-ended',
    status: ending.status,
    result: { kind: 'inline', value: ending.result },
    endedAtMs,
    purgeAtMs: toPurgeAtMs(engine, run.workflow, endedAtMs),
    ...(afterEnd && { afterEnd }),
    ...turn.shows(),
  };
}
