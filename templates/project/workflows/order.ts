import { type Coroutine, defineStep, log, signal, sleep, timeout, TimeoutError, workflow } from 'lull';
import * as z from 'zod';

const Order = z.object({ id: z.string().min(1), cents: z.int().positive(), email: z.email() });
type Order = z.infer<typeof Order>;

const Decision = z.object({ approved: z.boolean(), by: z.string() });
type Decision = z.infer<typeof Decision>;

/** Sent to a run from outside. */
export const decided = signal('decided', { schema: Decision });

// A step is what reaches outside: the network, a disk, a database. If it fails it is tried again; its result is recorded
// once. Call your own services in place of these lines.
const reserve = defineStep('reserve', (order: Order) => {
  log.info(`reserving what ${order.id} needs`);
  return `R-${order.id}`;
});

const release = defineStep('release', (reservation: string) => {
  log.info(`releasing ${reservation}`);
});

const mail = defineStep('mail', (to: string, text: string) => {
  log.info(`to ${to}: ${text}`);
});

/** Reserves the goods, waits up to two days for a decision, and asks a week later how it went. */
export const order = workflow('order', { input: Order }, function* (input) {
  const reservation = yield* reserve(input);
  const decision = yield* waitForDecision();
  if (!decision?.approved) {
    yield* release(reservation);
    return { outcome: decision ? 'refused' : 'expired' };
  }
  yield* mail(input.email, `Your order ${input.id} is on its way.`);
  yield* sleep('7 days');
  yield* mail(input.email, 'How do you like it?');
  return { outcome: 'delivered', approvedBy: decision.by };
});

/** Undefined if nobody decides in time. */
function* waitForDecision(): Coroutine<Decision | undefined> {
  try {
    return yield* timeout('2 days', decided.receive());
  } catch (error) {
    if (error instanceof TimeoutError) return undefined;
    throw error;
  }
}
