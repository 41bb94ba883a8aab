/** The scenarios of scenarios.py, word for word, by name. */
import { cancelling } from './scenarios/cancelling.ts';
import { endings } from './scenarios/endings.ts';
import { groups } from './scenarios/groups.ts';
import { handingOn } from './scenarios/handing-on.ts';
import { limits } from './scenarios/limits.ts';
import { missedErrors } from './scenarios/missed-errors.ts';
import { queuesAndLocks } from './scenarios/queues-and-locks.ts';
import { sameMoment } from './scenarios/same-moment.ts';
import { tasks } from './scenarios/tasks.ts';
import { waitingFor } from './scenarios/waiting-for.ts';
import type { Scenario } from './trace.ts';

export const scenarios: Readonly<Record<string, Scenario>> = {
  ...tasks,
  ...limits,
  ...groups,
  ...queuesAndLocks,
  ...endings,
  ...cancelling,
  ...waitingFor,
  ...sameMoment,
  ...missedErrors,
  ...handingOn,
};
