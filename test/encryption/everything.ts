/** A workflow with a value of its author's, or of its caller's, in each place that there is, and what callers send it. */
import {
  callback,
  child,
  continueAsNew,
  gather,
  setAttributes,
  setStatus,
  signal,
  sleep,
  step,
  transaction,
  update,
  query,
  workflow,
} from '../../lib/index.ts';
import type { TestEngine } from '../../lib/testing/index.ts';

/** It stands in every value. */
export const MARKER = 'Xy7-marker';

const mark = (place: string): string => `${MARKER} ${place}`;
const large = (place: string): string => `${mark(place)} ${'x'.repeat(3_000)}`;

const paid = signal<string>('paid');
const raised = update<string, string>('raised');
const asked = query<string, string>('asked');

const helper = workflow('helper', function* (input: string) {
  yield* sleep('1 minute');
  return `${input} ${mark('result of a child')}`;
});

const failing = workflow('failing', function* (_input: string) {
  yield* step('fail', { retry: { maxAttempts: 1 } }, () => {
    throw new Error(mark('error of a step'));
  });
});

const everything = workflow('everything', function* (input: { text: string; round: number }) {
  raised.handle({
    validate: (arg) => {
      if (arg.includes('refuse')) throw new Error(mark('refusal of an update'));
    },
    *run(arg) {
      return `${arg} ${mark('answer of an update')} ${yield* step('raise', () => mark('step of an update'))}`;
    },
  });
  asked.handle((arg) => `${arg} ${mark('answer of a query')}`);
  setStatus({ at: mark('status') });
  setAttributes({ customer: 'readable' });
  const small = yield* step('small', { key: 'k1' }, () => mark('result of a step'));
  const big = yield* step('large', () => large('large result of a step'));
  yield* step('retried', ({ heartbeat, attempt }) => {
    heartbeat({ details: mark('details of a heartbeat') });
    if (attempt === 1) throw new Error(mark('error of an attempt'), { cause: { deep: mark('cause') } });
  });
  yield* step('undone', { undo: () => undefined }, () => mark('undo data'));
  yield* transaction('book', (tx) => {
    tx.put({ TableName: 'ledger', Item: { id: { S: 'a' }, n: { N: '1' } } });
    return mark('result of a transaction');
  });
  const done = callback<string>('done');
  yield* step('token', () => done.token);
  const [payload, given] = yield* gather([paid.receive(), done]);
  const ofChild = yield* child(helper, mark('input of a child'));
  if (input.round === 1) return yield* continueAsNew({ text: mark('input of a link'), round: 2 });
  return { small, big, payload, given, ofChild, text: input.text, result: mark('result') };
});

export const workflows = [everything, helper, failing];

/** All that callers do; two runs, with another that fails, is tried again, and cancelled. Gives the result of the first. */
export async function playEverything(engine: TestEngine): Promise<unknown> {
  const run = await engine.start(
    everything,
    { text: large('input'), round: 1 },
    { id: 'first', attributes: { size: 'small' } },
  );
  await engine.advance('10s');
  for (const round of [1, 2]) {
    await engine.advance('10s');
    await run.query(asked, mark('argument of a query'));
    const updating = run.update(raised, mark('argument of an update'), { idempotencyKey: `raise-${round}` });
    await engine.settle();
    await updating;
    const refused = run
      .update(raised, mark('refuse'), { idempotencyKey: `refuse-${round}` })
      .catch((error: unknown) => error);
    await engine.settle();
    await refused;
    const history = await engine.history(run);
    const token = history.flatMap((event) =>
      event.kind === 'step-completed' && event.name === 'token' ? [event.value as string] : [],
    );
    await engine.client.completeCallback(token.at(-1) ?? '', mark('value of a callback'));
    await run.signal(paid, mark('payload of a signal'), { idempotencyKey: `paid-${round}` });
    await engine.advance('5 minutes');
  }
  const failed = await engine.start(failing, mark('input of a failing run'), { id: 'second' });
  await failed.result().catch(() => undefined);
  await failed.retry();
  await failed.result().catch(() => undefined);
  const cancelled = await engine.start(
    everything,
    { text: mark('input of a cancelled run'), round: 1 },
    { id: 'third' },
  );
  await engine.advance('1s');
  await cancelled.cancel(mark('reason to cancel'));
  await engine.settle();
  const terminated = await engine.start(everything, { text: mark('input'), round: 1 }, { id: 'fourth' });
  await engine.settle();
  await terminated.terminate(mark('reason to terminate'));
  await engine.settle();
  const forked = await failed.fork({ before: 'fail#1', input: mark('input of a fork') });
  await forked.result().catch(() => undefined);
  return run.result();
}
