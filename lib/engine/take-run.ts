/**
 * Takes the lease of a run (operation 6). Where runs are pinned to the version that began them, it hands the wake to a
 * worker of that version instead.
 *
 * A pinned run never meets other code, unless its version is gone: then this version takes it, and replays its journal or
 * blocks it (I8).
 *
 * Tested by: test/engine/pinned.test.ts, test/engine/blocked-by-other-code.test.ts
 */
import type { TakeLease, TakeLeaseResult } from '../ports/store.ts';
import type { Engine } from './settings.ts';

/** The version of this worker, and the way to others. */
export interface Pin {
  readonly version: string;
  /** Hands the wake of a run to the worker of another version. `gone`: there is none. */
  forward(runId: string, version: string): Promise<'forwarded' | 'gone'>;
}

type NotDue = Extract<TakeLeaseResult, { readonly reason: 'not-due' }>;

export type TakeRunResult =
  | Exclude<TakeLeaseResult, { readonly kind: 'pinned' }>
  /** Another version takes the turn. */
  | { readonly kind: 'refused'; readonly reason: 'pinned-elsewhere' };

export async function takeRun(
  { store, pin, version, log }: Engine,
  runId: string,
  take: TakeLease,
): Promise<TakeRunResult> {
  let asked: TakeLease = pin === undefined ? take : { ...take, pin: pin.version };
  for (;;) {
    const taking = await store.take(runId, asked);
    if (isBlockedByOtherCode(taking, version) && asked.dueByMs < (taking.run.dueAtMs ?? 0)) {
      asked = { ...asked, dueByMs: taking.run.dueAtMs ?? 0 };
      continue;
    }
    if (taking.kind !== 'pinned') return taking;
    const pinnedTo = taking.to;
    const handed = (await pin?.forward(runId, pinnedTo)) ?? 'forwarded';
    if (handed === 'forwarded') return { kind: 'refused', reason: 'pinned-elsewhere' };
    log.warn('the version that a run was pinned to is gone: it goes on with this one', {
      runId,
      pinnedTo,
      version: asked.pin,
    });
    asked = { ...asked, gone: pinnedTo };
  }
}

/** A blocked run is retried at growing intervals; code that has not tried yet need not wait for the next one. */
function isBlockedByOtherCode(taking: TakeLeaseResult, version: string): taking is NotDue {
  if (taking.kind !== 'refused' || taking.reason !== 'not-due') return false;
  const { blocked } = taking.run;
  return blocked?.version !== undefined && blocked.version !== version;
}
