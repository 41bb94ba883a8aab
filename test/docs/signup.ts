import { defineStep, log, signal, sleep, timeout, workflow } from 'lull';

export const confirmed = signal<{ name: string }>('confirmed');

const mail = defineStep('mail', (to: string, text: string) => {
  log.info(`to ${to}: ${text}`); // call your mail service here
});

export const signup = workflow('signup', function* (email: string) {
  yield* mail(email, 'Please confirm your address.');
  const { name } = yield* timeout('2 days', confirmed.receive());
  yield* sleep('7 days');
  yield* mail(email, `How do you like it, ${name}?`);
  return `${name} was asked`;
});
