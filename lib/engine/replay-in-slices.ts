/**
 * Replays a journal in slices, so that a long one lets the event loop turn: the lease is renewed meanwhile, or the run
 * would be taken over by the next worker, which would come no further. Keeps I4: between two events no code runs.
 *
 * Tested by: test/engine/long-replay.test.ts
 */
import { beginReplay, type Deliver, type Replay, type ReplayContext, type ReplayedHead } from '../journal/replay.ts';
import type { JournalEntry } from '../journal/event.ts';
import type { Engine } from './settings.ts';

/** A tenth of a second without a renewal or an answer from the table is nothing. */
const SLICE_MS = 100;
/** A piece that took less lets the next one be twice as large. */
const SHORT_MS = 10;
/** A replay that takes this part of the lease is logged. */
const LONG_PART = 1 / 3;

export interface SlicedReplay {
  readonly runId: string;
  readonly workflow: string;
  readonly recorded: readonly JournalEntry[];
  readonly deliver: Deliver;
  readonly context: ReplayContext;
  /** What is recorded stands behind this. Default: behind nothing. */
  readonly head?: ReplayedHead | undefined;
  /** Runs code of the run. */
  readonly asCodeOfTheRun: <T>(code: () => T) => T;
}

export async function replayInSlices(engine: Engine, replay: SlicedReplay): Promise<Replay> {
  const { recorded, deliver, context, head, asCodeOfTheRun } = replay;
  const { clock, turnOfTheLoop } = engine;
  const beganAtMs = clock.nowMs();
  const replaying = beginReplay(deliver, context, head);
  if (recorded.length === 0) return replaying.end(); // no code has to run
  let at = 0;
  let sliceBeganAtMs = beganAtMs;
  /** Events that are fed in one piece: the guard goes up and down around them, and only then the clock is read. */
  let piece = 1;
  const feedPiece = (): Replay | undefined => {
    const end = Math.min(at + piece, recorded.length);
    for (; at < end; at += 1) {
      const diverged = replaying.feed(recorded[at] as JournalEntry);
      if (diverged !== undefined) return diverged;
    }
    return at < recorded.length ? undefined : replaying.end();
  };
  for (let pieceBeganAtMs = beganAtMs; ;) {
    if (turnOfTheLoop === undefined) piece = recorded.length;
    const end = asCodeOfTheRun(feedPiece);
    const nowMs = clock.nowMs();
    if (end !== undefined) {
      warnIfLong(engine, replay, nowMs - beganAtMs);
      return end;
    }
    piece = nowMs - pieceBeganAtMs < SHORT_MS ? piece * 2 : 1;
    pieceBeganAtMs = nowMs;
    if (nowMs - sliceBeganAtMs < SLICE_MS) continue;
    await turnOfTheLoop?.();
    sliceBeganAtMs = pieceBeganAtMs = clock.nowMs();
  }
}

function warnIfLong({ leaseMs, log }: Engine, { runId, workflow, recorded }: SlicedReplay, tookMs: number): void {
  if (tookMs < leaseMs * LONG_PART) return;
  log.warn('a replay takes long: the code of the run computes much between its awaits', {
    runId,
    workflow,
    entries: recorded.length,
    tookMs,
    leaseMs,
  });
}
