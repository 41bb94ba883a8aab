/** Sends a mail: a step that several workflows share. Here the mail goes to the log; yours goes to a mail service. */
import { defineStep, stepContext } from 'lull';

export const sendMail = defineStep('send mail', (to: string, text: string) => {
  // A mail service that takes an idempotency key gets stepContext().idempotencyKey: it is the same at each attempt.
  stepContext().log.info(`mail to ${to}: ${text}`);
});
