/**
 * Asks a colleague to approve an expense, reminds them each day, and goes on without an answer after a week.
 *
 * Shows: a signal from outside, a deadline, and a task at the side that lives as long as it is needed. Nothing runs
 * while it waits: a week costs what its timers in the table cost.
 */
import { type Coroutine, createTask, isCancelled, log, signal, sleep, timeout, TimeoutError, workflow } from 'lull';
import * as z from 'zod';
import { sendMail } from './send-mail.ts';

const Expense = z.object({
  what: z.string().min(1),
  cents: z.int().positive(),
  employee: z.email(),
  approver: z.email(),
});
type Expense = z.infer<typeof Expense>;

const Decision = z.object({ approved: z.boolean(), by: z.string(), comment: z.string().optional() });
type Decision = z.infer<typeof Decision>;

/** The answer. It may be sent before the run waits for it. */
export const decision = signal('decision', { schema: Decision });

export const approval = workflow('approval', { input: Expense }, function* (expense) {
  yield* sendMail(expense.approver, `Please decide on "${expense.what}" for ${expense.employee}.`);
  const answer = yield* waitForDecision(expense);
  if (answer === undefined) {
    yield* sendMail(expense.employee, `Nobody decided on "${expense.what}" in time: please ask again.`);
    return { outcome: 'expired' };
  }
  const outcome = answer.approved ? 'approved' : 'rejected';
  yield* sendMail(expense.employee, `"${expense.what}" was ${outcome} by ${answer.by}. ${answer.comment ?? ''}`.trim());
  return { outcome, by: answer.by };
});

/** The decision, or undefined if there was none within a week. */
function* waitForDecision(expense: Expense): Coroutine<Decision | undefined> {
  const reminders = createTask(remindEachDay(expense), { name: 'reminders' });
  try {
    return yield* timeout('7 days', decision.receive());
  } catch (error) {
    if (error instanceof TimeoutError) return undefined;
    throw error;
  } finally {
    reminders.cancel();
  }
}

function* remindEachDay({ approver, what }: Expense): Coroutine<never> {
  for (let day = 1; ; day += 1) {
    yield* sleep('1 day');
    try {
      yield* sendMail(
        approver,
        `"${what}" has been waiting for your decision for ${day} ${day === 1 ? 'day' : 'days'}.`,
      );
    } catch (error) {
      if (isCancelled(error)) throw error;
      log.error('a reminder was not sent; the next one is due in a day', error);
    }
  }
}
