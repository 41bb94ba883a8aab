/** All rules. */
import { bodiesRule } from './bodies-rule.ts';
import { endRule } from './end-rule.ts';
import { journalRule } from './journal-rule.ts';
import { messagesRule } from './messages-rule.ts';
import type { Rule } from './rule.ts';
import { runItemRule } from './run-item-rule.ts';
import { workloadRule } from './workload-rule.ts';

export const rules: readonly Rule[] = [
  runItemRule,
  journalRule,
  messagesRule,
  bodiesRule,
  endRule,
  workloadRule,
];
