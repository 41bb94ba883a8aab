import { signal, sleep, step, timeout, workflow } from 'lull';

export const confirmed = signal<{ name: string }>('confirmed');

export const signup = workflow('signup', function* (email: string) {
  yield* step('mail the link', () => mail(email, 'Please confirm your address.'));
  const { name } = yield* timeout('2 days', confirmed.receive());
  yield* sleep('7 days');
  yield* step('mail a question', () => mail(email, `How do you like it, ${name}?`));
  return `${name} was asked`;
});

function mail(to: string, text: string): void {
  console.log(`to ${to}: ${text}`); // here stands your mail service
}
