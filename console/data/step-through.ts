/** Steps along the history of the shown run. */
import { go, place } from './page-state.ts';
import { events } from './run-store.ts';

/** Behind the last event is now. */
export function step(by: number): void {
  const last = events.value.length - 1;
  const next = (place.value.event ?? last + 1) + by;
  if (next > last) toNow();
  else go({ event: Math.max(0, next) }, { isStep: true });
}

export function toNow(): void {
  const { event: _event, ...rest } = place.value;
  place.value = rest;
  go({}, { isStep: true });
}
