/** After the faults every run comes to rest: nobody holds it, nothing waits in its inbox, nothing that it wants is due. */
import { isClosed } from '../../../lib/core/run-status.ts';
import type { Rule } from './rule.ts';

export const endRule: Rule = {
  name: 'every run comes to rest',
  atEnd(run, violate) {
    const { item } = run;
    if (item === undefined) return;
    if (isClosed(item.status)) {
      if (item.dueAtMs !== undefined) violate('the run is closed, and was not purged when its time had come');
      return;
    }
    const { status, lease, inboxIds, dueAtMs, wakes } = item;
    if (lease !== undefined) violate(`the run is ${status} and leased by ${lease.owner} for ever`);
    // What could not be deleted from the inbox stays in the inbox, and goes with the next turn.
    const waiting = inboxIds.filter((id) => !run.isDelivered(id));
    if (waiting.length > 0) violate(`the run is ${status}, and its inbox has ${waiting.join(', ')}`);
    if (dueAtMs !== undefined) violate(`the run is ${status}, due at ${dueAtMs} and not taken (wakes ${wakes})`);
  },
};
