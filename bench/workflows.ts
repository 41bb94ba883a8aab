/** What is measured: the smallest workflows that have the shape. */
import { gather, signal, sleep, step, timeout, workflow } from 'lull';

export const goOn = signal<number>('go-on');

/** A chain of steps that do nothing. */
export const chain = workflow('chain', function* (length: number) {
  let sum = 0;
  for (let at = 0; at < length; at++) sum += yield* step('one', () => 1);
  return sum;
});

/** A chain, then as many waits for a signal. */
export const chainThenWaits = workflow('chain-then-waits', function* (input: { steps: number; waits: number }) {
  for (let at = 0; at < input.steps; at++) yield* step('one', () => 1);
  let sum = 0;
  for (let at = 0; at < input.waits; at++) sum += yield* goOn.receive();
  return sum;
});

/** Gives what it was sent, in the order in which it came. */
export const keepsAll = workflow('keeps-all', function* (count: number) {
  const received: number[] = [];
  while (received.length < count) received.push(yield* goOn.receive());
  return received;
});

/** Steps side by side. */
export const fan = workflow('fan', function* (width: number) {
  const results = yield* gather(Array.from({ length: width }, (_, at) => step('one', () => at)));
  return results.length;
});

/** Steps side by side whose bodies end one by one, so that each has a record of its own. */
export const endOneByOne = workflow('end-one-by-one', function* (width: number) {
  const soon = (): Promise<number> => new Promise((resolve) => setImmediate(resolve, 1));
  const results = yield* gather(Array.from({ length: width }, () => step('one', soon)));
  return results.length;
});

export const nothing = workflow('nothing', function* () {
  return 'done';
});

export const twoSleeps = workflow('two-sleeps', function* () {
  yield* sleep('1 day');
  yield* sleep('1 day');
});

export const twoSignals = workflow('two-signals', function* () {
  yield* goOn.receive();
  yield* goOn.receive();
});

/** A signal while a timer is pending, before and after. */
export const twoSignalsInTime = workflow('two-signals-in-time', function* () {
  yield* timeout('7 days', function* () {
    yield* goOn.receive();
    yield* goOn.receive();
  });
});
