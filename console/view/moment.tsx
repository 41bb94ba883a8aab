import { nowMs } from '../data/page-state.ts';
import { distance, shortMoment, wholeMoment } from '../text/moment.ts';

/** When something was or will be; the whole of it under the pointer. */
export function Moment({ at, isDistance = false }: { readonly at: string; readonly isDistance?: boolean }) {
  const atMs = Date.parse(at);
  const text = isDistance ? distance(atMs, nowMs.value) : shortMoment(atMs, nowMs.value);
  return (
    <time dateTime={at} title={wholeMoment(atMs)}>
      {text}
    </time>
  );
}
