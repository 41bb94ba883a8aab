/** All rules. */
import { baseRule } from './base-rule.ts';
import { blockedRule } from './blocked-rule.ts';
import { bodiesRule } from './bodies-rule.ts';
import { cancelRule } from './cancel-rule.ts';
import { clientRule } from './client-rule.ts';
import { deleteRule } from './delete-rule.ts';
import { endRule } from './end-rule.ts';
import { eventsRule } from './events-rule.ts';
import { forkRule } from './fork-rule.ts';
import { hearsRule } from './hears-rule.ts';
import { holdRule } from './hold-rule.ts';
import { journalRule } from './journal-rule.ts';
import { limitsRule } from './limits-rule.ts';
import { leftErrorsRule } from './left-errors-rule.ts';
import { lostWorkersRule } from './lost-workers-rule.ts';
import { messagesRule } from './messages-rule.ts';
import { orphansRule } from './orphans-rule.ts';
import { overdueRule } from './overdue-rule.ts';
import { patchRule } from './patch-rule.ts';
import { pauseRule } from './pause-rule.ts';
import { pinRule } from './pin-rule.ts';
import { poolRule } from './pool-rule.ts';
import { purgeRule } from './purge-rule.ts';
import type { Rule } from './rule.ts';
import { retryRule } from './retry-rule.ts';
import { runItemRule } from './run-item-rule.ts';
import { runPlaceRule } from './run-place-rule.ts';
import { solitudeRule } from './solitude-rule.ts';
import { streamRule } from './stream-rule.ts';
import { timersRule } from './timers-rule.ts';
import { updatesRule } from './updates-rule.ts';
import { workloadRule } from './workload-rule.ts';

export const rules: readonly Rule[] = [
  runItemRule,
  journalRule,
  baseRule,
  streamRule,
  messagesRule,
  updatesRule,
  cancelRule,
  bodiesRule,
  poolRule,
  runPlaceRule,
  hearsRule,
  pauseRule,
  holdRule,
  blockedRule,
  lostWorkersRule,
  solitudeRule,
  leftErrorsRule,
  patchRule,
  pinRule,
  endRule,
  overdueRule,
  timersRule,
  purgeRule,
  limitsRule,
  orphansRule,
  retryRule,
  forkRule,
  deleteRule,
  eventsRule,
  clientRule,
  workloadRule,
];
