/**
 * A worker that was alone with a run records that it lives, so that it does not count as lost in the run's code.
 *
 * The journal of a lost worker ends with its `taken-alone`, and so does that of a worker whose table fails. So a turn that
 * ends in an error, or that does not know whether it has its lease, records it before it gives up. A turn whose code has
 * ended records it before the run is closed: nothing is recorded after that. Keeps I10.
 *
 * Tested by: test/engine/flapping-table.test.ts, test/engine/lost-workers.test.ts
 */
import type { JournalEntry } from '../journal/event.ts';
import { delay } from '../ports/delay.ts';
import { StoreUnavailableError } from '../ports/world-errors.ts';
import { linkOf } from './link-before.ts';
import type { Engine } from './settings.ts';
import type { Turn } from './turn-state.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** An entry that says nothing else than that the worker lives. */
function livesEntry({ clock }: Engine): JournalEntry {
  return { kind: 'steps-begun', atMs: clock.nowMs(), ids: [] };
}

export function saysThatItLives(entry: JournalEntry): boolean {
  return entry.kind === 'steps-begun' && entry.ids.length === 0;
}

/** The code has ended, or is not run any more: its end may fail to be written. To be called before the last commit. */
export function proveBeforeTheEnd(turn: Turn): void {
  if (turn.unwritten.length === 0 && isUnproven(turn)) turn.unwritten.push(livesEntry(turn.engine));
}

/** The journal has nothing after the record by which this turn took the run alone. */
function isUnproven({ aloneRecord, journal }: Turn): boolean {
  return aloneRecord !== undefined && journal.recordNumber <= aloneRecord.number;
}

/**
 * Tries for as long as a lease lasts and the invocation has time. If the table takes nothing for so long, the worker counts
 * as lost.
 */
export async function recordThatItLives(turn: Turn): Promise<void> {
  const { engine, runId, epoch, lease, endsByMs } = turn;
  const { clock, leaseMs, log } = engine;
  if (!isUnproven(turn)) return;
  lease.stop(); // the next worker need not wait for a lease that was prolonged here
  const untilMs = Math.min(endsByMs, clock.nowMs() + leaseMs);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      await putProof(turn);
      return;
    } catch (error) {
      if (error instanceof StoreUnavailableError && clock.nowMs() + pauseMs < untilMs) {
        await delay(clock, pauseMs);
        continue;
      }
      log.warn('a worker could not record that it lives: it counts as lost', { runId, epoch, error });
      return;
    }
  }
}

/** By the one who has the lease, which the table knows: the turn's release may have been carried out without an answer. */
async function putProof(turn: Turn): Promise<void> {
  const { engine, runId, run, epoch, nonce, aloneRecord } = turn;
  const { store, clock } = engine;
  if (aloneRecord === undefined) return;
  const renewal = await store.renew(runId, { epoch, expiresAtMs: clock.nowMs() });
  if (renewal.kind === 'lost') return;
  if (!turn.isAlone) {
    // Its answer was lost, and perhaps the record is still on its way.
    const put = await store.putRecord(runId, aloneRecord, linkOf(run));
    if (put.kind === 'exists' && put.record.nonce !== nonce) return;
  }
  const entries = [livesEntry(engine)];
  await store.putRecord(runId, { number: aloneRecord.number + 1, epoch, nonce, entries }, linkOf(run));
}
