/**
 * Gives back the places of those who are not there any more: of a worker whose lease is over, of a run that has ended, of one
 * that was given a place and has not come for it.
 *
 * A place is free if the run's lease is not the one that took it. The worker of that lease begins nothing any more, and
 * one of a later lease takes the place, by a write, before it begins something: so this write and that one cannot both be
 * carried out. Nothing is renewed: the run item says whether its worker is alive.
 *
 * Tested by: test/engine/pools/lost-places.test.ts, test/engine/pools/pool-crashes.test.ts
 */
import { isClosed } from '../../core/run-status.ts';
import { isOwnedBy, type Place, type PlaceOwner, type PoolState } from '../../ports/pool.ts';
import type { Engine } from '../settings.ts';
import { RUN_CHECK_MS } from './visit.ts';

/** So many runs are looked at in one visit. */
const RUNS_AT_ONCE = 20;

/** `passedOver`: they have not come for their places, and may not know that they were given some. */
export async function checkPlaces(
  { store }: Pick<Engine, 'store'>,
  state: PoolState,
  { nowMs, spares }: { readonly nowMs: number; readonly spares: readonly PlaceOwner[] },
): Promise<{ readonly state: PoolState; readonly passedOver: readonly PlaceOwner[] }> {
  const due = state.places
    .filter((place) => place.checkAtMs <= nowMs && !spares.some(isOwnedBy(place)))
    .slice(0, RUNS_AT_ONCE);
  if (due.length === 0) return { state, passedOver: [] };
  const checked = new Map<Place, Place | undefined>();
  await Promise.all(due.map(async (place) => checked.set(place, await check(place))));
  const places = state.places.flatMap((place) => (checked.has(place) ? (checked.get(place) ?? []) : place));
  const passedOver = due.filter(({ epoch }) => epoch === undefined);
  return { state: { ...state, places }, passedOver };

  async function check(place: Place): Promise<Place | undefined> {
    if (place.epoch === undefined) return undefined;
    const run = await store.readRun(place.runId);
    if (run === undefined || isClosed(run.status)) return undefined;
    if (place.step === 0) return { ...place, checkAtMs: nowMs + RUN_CHECK_MS };
    const { lease, epoch } = run;
    const isAlive = lease !== undefined && lease.expiresAtMs > nowMs && epoch === place.epoch;
    return isAlive ? { ...place, checkAtMs: lease.expiresAtMs } : undefined;
  }
}
