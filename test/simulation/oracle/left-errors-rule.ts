/** An error that code left behind fails its own run, or its own step, and no other. */
import { findLeftErrors } from '../world/left-errors.ts';
import type { Rule } from './rule.ts';

export const leftErrorsRule: Rule = {
  name: 'an error that was left behind fails nothing of others',
  atEnd({ runId, entries, commands, end }, violate) {
    for (const by of findLeftErrors(JSON.stringify(end ?? null))) {
      if (by !== `${runId}/code`) violate(`the run has ended by what ${by} left behind`);
    }
    for (const entry of entries) {
      if (entry.kind !== 'step-failed' && entry.kind !== 'step-retrying') continue;
      for (const by of findLeftErrors(JSON.stringify(entry))) {
        const step = commands.get(entry.id)?.name;
        if (by !== `${runId}/${step}`) violate(`step "${step}" has failed by what ${by} left behind`);
      }
    }
  },
};
