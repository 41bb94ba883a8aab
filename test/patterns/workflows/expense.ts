/** The approval of an expense by a link, which a person opens who knows nothing of AWS. */
import { callback, defineStep, TimeoutError, workflow } from 'lull';
import { outside } from './outside.ts';

export interface Expense {
  readonly by: string;
  readonly cents: number;
}

/** What the manager got: the link, and what it ends with. */
export const sentLinks: string[] = [];

const askManager = defineStep('ask the manager', ({ by, cents }: Expense, url: string) => {
  sentLinks.push(url);
  outside.does(`${by} spent ${cents}`);
  return url;
});
const pay = defineStep('pay', ({ by, cents }: Expense) => outside.does(`paid ${cents} to ${by}`));

export const expenseApproval = workflow('expense-approval', function* (expense: Expense) {
  const decision = callback<boolean>('decision', { timeout: '7 days' });
  yield* askManager(expense, decision.url);
  try {
    if (!(yield* decision)) return 'refused';
  } catch (error) {
    if (error instanceof TimeoutError) return 'nobody decided';
    throw error;
  }
  yield* pay(expense);
  return 'paid';
});
