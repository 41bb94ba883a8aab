/**
 * What the run item shows of a run: the status and the attributes that its code has set, as of the last commit. They are
 * written with a release, a finish or a renewal, which happen anyway.
 *
 * Tested by: test/engine/shows.test.ts
 */
import type { Attributes } from '../core/attributes.ts';
import type { RunItem, RunShows } from '../ports/run-item.ts';
import type { Shown } from '../scheduler/shown-by-code.ts';

/** As it is to be written. The changes may be in the item already: then they change nothing. */
export function toShows({ attributes = {} }: RunItem, { customStatus, attributes: changes }: Shown): RunShows {
  const merged = Object.entries({ ...attributes, ...changes }).filter(([, value]) => value !== undefined);
  return {
    ...(customStatus === undefined ? {} : { customStatus }),
    ...(Object.keys(changes).length === 0 ? {} : { attributes: Object.fromEntries(merged) as Attributes }),
  };
}
