/** What the client's calls take and give. */
import { describe, expectTypeOf, test } from 'vitest';
import { query, signal, sleep, step, update, workflow, type Awaitable, type Signal, type StandardSchemaV1 } from 'lull';
import { Client, type Run, type RunDescription, type RunSummary } from 'lull/client';

interface Order {
  readonly id: string;
  readonly cents: number;
}

declare const dated: StandardSchemaV1<{ at: string }, { at: Date }>;
declare const defaulted: StandardSchemaV1<string | undefined, string>;

const client = new Client();
const checkout = workflow('checkout', function* (order: Order) {
  return yield* step('charge', () => ({ receipt: order.id }));
});
const nap = workflow('nap', function* () {
  yield* sleep('1 day');
});
const plan = workflow('plan', { input: dated }, function* ({ at }) {
  return at.getTime();
});
const approved = signal<{ by: string }>('approved');
const stopped = signal<void>('stopped');

describe('client.start', () => {
  test('gives a run with the result of its workflow', () => {
    expectTypeOf(client.start(checkout, { id: 'o1', cents: 100 })).resolves.toEqualTypeOf<Run<{ receipt: string }>>();
    expectTypeOf(client.start(nap)).resolves.toEqualTypeOf<Run<void>>();
    expectTypeOf(client.start(nap, undefined, { id: 'n1' })).resolves.toEqualTypeOf<Run<void>>();
    expectTypeOf(client.start('checkout', { anything: true })).resolves.toEqualTypeOf<Run<unknown>>();
  });

  test('takes what the schema takes', () => {
    expectTypeOf(client.start(plan, { at: '2026-11-22' })).resolves.toEqualTypeOf<Run<number>>();
    // @ts-expect-error -- the schema makes a Date of it, callers give a text
    void client.start(plan, { at: new Date() });
  });

  test('refuses another input, none, and options that there are not', () => {
    // @ts-expect-error -- no cents
    void client.start(checkout, { id: 'o1' });
    // @ts-expect-error -- a text is no order
    void client.start(checkout, 'o1');
    // @ts-expect-error -- an order is needed
    void client.start(checkout);
    // @ts-expect-error -- there is no such choice
    void client.start(nap, undefined, { id: 'n1', onConflict: 'terminate-existing' });
    // @ts-expect-error -- there is no such option
    void client.start(nap, undefined, { retries: 3 });
  });
});

describe('run.signal', () => {
  const run = client.run('r1');

  test('takes the payload of the signal', () => {
    expectTypeOf(run.signal(approved, { by: 'Ada' })).resolves.toBeVoid();
    expectTypeOf(run.signal(approved, { by: 'Ada' }, { idempotencyKey: 'k1' })).resolves.toBeVoid();
    expectTypeOf(run.signal(stopped)).resolves.toBeVoid();
    expectTypeOf(run.signal('approved', 7n)).resolves.toBeVoid();
  });

  test('refuses another payload, and none', () => {
    // @ts-expect-error -- by is a text
    void run.signal(approved, { by: 7 });
    // @ts-expect-error -- a payload is needed
    void run.signal(approved);
  });
});

describe('a signal whose schema transforms', () => {
  const run = client.run('r1');
  const due = signal('due', { schema: dated });

  test('is typed by what the schema takes for its sender, and by what it gives for its receiver', () => {
    expectTypeOf(due).toEqualTypeOf<Signal<{ at: Date }, { at: string }>>();
    expectTypeOf(due.receiveNowait()).toEqualTypeOf<{ at: Date }>();
    expectTypeOf(due.receive()).toEqualTypeOf<Awaitable<{ at: Date }>>();
    expectTypeOf(run.signal(due, { at: '2026-11-22' })).resolves.toBeVoid();
    expectTypeOf(run.signal(due, { at: '2026-11-22' }, { idempotencyKey: 'k1' })).resolves.toBeVoid();
    // @ts-expect-error -- the schema makes a Date of it, senders give a text
    void run.signal(due, { at: new Date() });
    // @ts-expect-error -- a payload is needed
    void run.signal(due);
  });

  test('has a payload that may be left out where the schema fills it in', () => {
    const paused = signal('paused', { schema: defaulted });
    expectTypeOf(paused.receiveNowait()).toBeString();
    expectTypeOf(run.signal(paused)).resolves.toBeVoid();
    expectTypeOf(run.signal(paused, 'out of stock')).resolves.toBeVoid();
    // @ts-expect-error -- a number is no reason
    void run.signal(paused, 7);
  });
});

describe('a run', () => {
  test('gives its result, or nobody knows what', () => {
    expectTypeOf(client.run('r1').result()).resolves.toBeUnknown();
    expectTypeOf(client.run<number>('r1').result({ timeout: '1s' })).resolves.toBeNumber();
  });

  test('is described by fields that go with its status', () => {
    const show = (run: RunDescription): unknown => {
      if (run.status === 'completed') return run.result;
      if (run.status === 'failed') return run.error.message;
      if (run.status === 'cancelled' || run.status === 'terminated') return run.reason.length;
      expectTypeOf(run).not.toHaveProperty('result');
      return run.dueAt?.getTime();
    };
    expectTypeOf(show).parameter(0).toExtend<RunSummary>();
  });

  test('is listed', () => {
    expectTypeOf(client.list({ workflow: 'checkout', status: ['failed', 'cancelled'] })).toEqualTypeOf<
      AsyncIterable<RunSummary>
    >();
    // @ts-expect-error -- there is no such status
    client.list({ status: 'done' });
  });
});

describe('client.signalWithStart', () => {
  const shipped = signal('shipped', { schema: dated });

  test('takes what the workflow and the signal take, and gives the run', () => {
    const order = { id: 'o1', cents: 1 };
    expectTypeOf(
      client.signalWithStart(checkout, order, { id: 'o1', signal: approved, payload: { by: 'Ada' } }),
    ).resolves.toEqualTypeOf<Run<{ receipt: string }>>();
    expectTypeOf(client.signalWithStart(nap, undefined, { id: 'n1', signal: stopped })).resolves.toEqualTypeOf<
      Run<void>
    >();
    void client.signalWithStart(nap, undefined, { id: 'n1', signal: shipped, payload: { at: '2026-11-22' } });
    expectTypeOf(shipped.receive()).toExtend<Awaitable<{ at: Date }>>();
  });

  test('refuses a payload of another type, and a call without an id', () => {
    // @ts-expect-error -- senders pass a text, the receiver gets a Date
    void client.signalWithStart(nap, undefined, { id: 'n1', signal: shipped, payload: { at: new Date() } });
    // @ts-expect-error -- a payload is needed
    void client.signalWithStart(nap, undefined, { id: 'n1', signal: approved });
    // @ts-expect-error -- an id is needed
    void client.signalWithStart(nap, undefined, { signal: stopped });
  });
});

describe('run.query', () => {
  const run = client.run('r1');
  const status = query<'open' | 'done'>('status');
  const total = query<number, { factor: number }>('total');

  test('takes the arguments of the query and gives its answer', () => {
    expectTypeOf(run.query(status)).resolves.toEqualTypeOf<'open' | 'done'>();
    expectTypeOf(run.query(total, { factor: 2 })).resolves.toEqualTypeOf<number>();
    expectTypeOf(run.query('status')).resolves.toEqualTypeOf<unknown>();
    // @ts-expect-error -- arguments are needed
    void run.query(total);
    // @ts-expect-error -- it takes none
    void run.query(status, 1);
    // @ts-expect-error -- a text is no factor
    void run.query(total, { factor: '2' });
  });
});

describe('run.update', () => {
  const run = client.run('r1');
  const add = update<{ n: number }, 'sum'>('add');
  const nudge = update<void, number>('nudge');
  const plan = update<{ at: Date }, number, { at: string }>('plan', { schema: dated });

  test('takes the input of the update, or what its schema takes, and gives the answer', () => {
    expectTypeOf(run.update(add, { n: 1 })).resolves.toEqualTypeOf<'sum'>();
    expectTypeOf(run.update(nudge)).resolves.toEqualTypeOf<number>();
    expectTypeOf(run.update(plan, { at: '2026-11-22' }, { id: 'u1' })).resolves.toEqualTypeOf<number>();
    expectTypeOf(run.update('add', 1)).resolves.toEqualTypeOf<unknown>();
    expectTypeOf(
      client.updateWithStart(nap, undefined, { id: 'n1', update: add, args: { n: 1 } }),
    ).resolves.toEqualTypeOf<'sum'>();
    // @ts-expect-error -- an input is needed
    void run.update(add);
    // @ts-expect-error -- callers pass a text
    void run.update(plan, { at: new Date() });
    // @ts-expect-error -- arguments are needed
    void client.updateWithStart(nap, undefined, { id: 'n1', update: add });
  });

  test('its handler takes what the schema gives, and returns the answer', () => {
    plan.handle({
      validate: ({ at }) => void at.getTime(),
      *run({ at }) {
        return at.getTime();
      },
    });
    add.handle({
      // @ts-expect-error -- another answer
      *run() {
        return 'product';
      },
    });
  });
});
