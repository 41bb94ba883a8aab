/** The scenarios of scenarios.py, word for word, by name. */
import { endings } from './scenarios/endings.ts';
import { groups } from './scenarios/groups.ts';
import { limits } from './scenarios/limits.ts';
import { queuesAndLocks } from './scenarios/queues-and-locks.ts';
import { tasks } from './scenarios/tasks.ts';
import type { Scenario } from './trace.ts';

export const scenarios: Readonly<Record<string, Scenario>> = {
  ...tasks,
  ...limits,
  ...groups,
  ...queuesAndLocks,
  ...endings,
};
