import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { Awaitable, Coroutine, StepContext, Workflow } from 'lull';
import { defineStep, log, signal, sleep, step, stepContext, workflow } from 'lull';

/** As callers start a workflow: they give what its schema takes. */
declare function start<R>(workflow: Workflow<void, R, never>): Promise<R>;
declare function start<In, R>(workflow: Workflow<In, R, never>, input: NoInfer<In>): Promise<R>;

describe('the key of a defined step', () => {
  test('is a text, or a function of as many of the arguments as it likes', () => {
    const mail = defineStep('mail', { key: (to) => to }, (to: string, text: string) => to + text);
    expectTypeOf(mail).parameters.toEqualTypeOf<[to: string, text: string]>();
    defineStep('mail', { key: () => 'all' }, (_to: string) => 0);
    defineStep('mail', { key: 'all' }, (_to: string) => 0);
    // @ts-expect-error it gives a text
    defineStep('mail', { key: (to) => to.length }, (_to: string) => 0);
    // @ts-expect-error the body takes no number
    defineStep('mail', { key: (to: number) => String(to) }, (_to: string) => 0);
    // @ts-expect-error a plain step has no arguments
    step('mail', { key: () => 'all' }, () => 0);
    // @ts-expect-error it is for each step
    workflow('w', { steps: { key: 'all' } }, function* () {});
  });
});

describe('a workflow', () => {
  test('takes what its body takes and gives what its body returns', () => {
    const greet = workflow('greet', function* (name: string) {
      yield* sleep(1);
      return { text: `hello ${name}` };
    });
    expectTypeOf(greet).toEqualTypeOf<Workflow<string, { text: string }>>();
    expectTypeOf(greet.name).toEqualTypeOf<string>();
    expectTypeOf(start(greet, 'you')).resolves.toEqualTypeOf<{ text: string }>();
    // @ts-expect-error its input is a string
    void start(greet, 1);
  });

  test('without an input is called and started without one', () => {
    const nap = workflow('nap', function* () {
      yield* sleep(1);
    });
    expectTypeOf(nap).toEqualTypeOf<Workflow<void, void>>();
    expectTypeOf(nap()).toEqualTypeOf<Coroutine<void>>();
    expectTypeOf(start(nap)).resolves.toEqualTypeOf<void>();
  });

  test('with a schema takes what the schema takes, and its body gets what the schema gives', () => {
    const book = workflow(
      'book',
      { input: z.object({ at: z.string().transform((text) => new Date(text)), seats: z.number().default(1) }) },
      function* (input) {
        expectTypeOf(input).toEqualTypeOf<{ at: Date; seats: number }>();
        yield* sleep(1);
        return input.at.getTime();
      },
    );
    expectTypeOf(start(book, { at: '2030-01-01' })).resolves.toEqualTypeOf<number>();
    // @ts-expect-error the schema takes a text
    void start(book, { at: new Date() });
    // Inside a run it is awaited with what the body takes.
    expectTypeOf(book({ at: new Date(), seats: 2 })).toEqualTypeOf<Coroutine<number>>();
  });

  test('with options and no schema takes what its body takes', () => {
    const slow = workflow('slow', { timeout: '1 day', steps: { retry: false } }, function* (n: number) {
      yield* sleep(n);
      return 'done';
    });
    expectTypeOf(slow).toEqualTypeOf<Workflow<number, string>>();
    const nap = workflow('nap', { timeout: '1 day' }, function* () {
      yield* sleep(1);
    });
    expectTypeOf(nap).toEqualTypeOf<Workflow<void, void>>();
    // @ts-expect-error an option that does not exist
    workflow('w', { timeOut: '1 day' }, function* () {});
  });

  test('awaited inline gives its result', () => {
    const inner = workflow('inner', function* (n: number) {
      yield* sleep(n);
      return String(n);
    });
    workflow('outer', function* () {
      expectTypeOf(yield* inner(1)).toEqualTypeOf<string>();
      // @ts-expect-error its input is a number
      yield* inner('1');
    });
  });
});

describe('a step', () => {
  test('gives what its body gives or promises', () => {
    expectTypeOf(step('plain', () => 1)).toEqualTypeOf<Awaitable<number>>();
    expectTypeOf(step('promise', () => Promise.resolve('a'))).toEqualTypeOf<Awaitable<string>>();
    expectTypeOf(step('async', async () => ({ id: 1 }))).toEqualTypeOf<Awaitable<{ id: number }>>();
    expectTypeOf(step('nothing', () => {})).toEqualTypeOf<Awaitable<void>>();
  });

  test('hands its context to the body, also with options', () => {
    step('a', (context) => {
      expectTypeOf(context).toEqualTypeOf<StepContext>();
    });
    const made = step('b', { retry: { maxAttempts: 3, retryIf: () => true }, timeout: '5s' }, (context) => {
      expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
      return context.attempt;
    });
    expectTypeOf(made).toEqualTypeOf<Awaitable<number>>();
    expectTypeOf(stepContext()).toEqualTypeOf<StepContext>();
  });

  test('refuses options that do not exist, and a policy of the wrong kind', () => {
    // @ts-expect-error retries is not the name
    step('a', { retries: 3 }, () => 1);
    // @ts-expect-error true is no policy: false is
    step('a', { retry: true }, () => 1);
  });
});

describe('a defined step', () => {
  test('takes the arguments of its body', () => {
    const charge = defineStep('charge', async (cents: number, currency: 'EUR' | 'USD') => ({ cents, currency }));
    expectTypeOf(charge).parameters.toEqualTypeOf<[cents: number, currency: 'EUR' | 'USD']>();
    expectTypeOf(charge(1, 'EUR')).toEqualTypeOf<Awaitable<{ cents: number; currency: 'EUR' | 'USD' }>>();
    // @ts-expect-error an argument is missing
    charge(1);
  });

  test('takes optional and further arguments, and options', () => {
    const send = defineStep('send', { retry: false }, (to: string, copy?: string, ...more: string[]) => more.length);
    expectTypeOf(send).parameters.toEqualTypeOf<[to: string, copy?: string, ...more: string[]]>();
    expectTypeOf(send('a')).toEqualTypeOf<Awaitable<number>>();
  });

  test('without arguments takes none', () => {
    const ping = defineStep('ping', () => 'pong');
    expectTypeOf(ping()).toEqualTypeOf<Awaitable<string>>();
    // @ts-expect-error it takes none
    ping(1);
  });
});

test('a signal is received as its type, or as what its schema gives', () => {
  const approved = signal<{ by: string }>('approved');
  expectTypeOf(approved.receive()).toEqualTypeOf<Awaitable<{ by: string }>>();
  expectTypeOf(approved.receiveNowait()).toEqualTypeOf<{ by: string }>();
  expectTypeOf(approved.pending()).toEqualTypeOf<number>();
  const moved = signal('moved', { schema: z.object({ at: z.string().transform((text) => new Date(text)) }) });
  expectTypeOf(moved.receive()).toEqualTypeOf<Awaitable<{ at: Date }>>();
});

describe('the undo of a step', () => {
  interface Receipt {
    readonly id: string;
  }
  const charge = async (): Promise<Receipt> => ({ id: 'r1' });

  test('takes what the step gives', () => {
    const made = step('charge', { undo: (receipt) => refund(receipt.id) }, charge);
    expectTypeOf(made).toEqualTypeOf<Awaitable<Receipt>>();
    step('charge', { undo: (receipt: Receipt) => refund(receipt.id) }, ({ attempt }) => ({ id: String(attempt) }));
    defineStep('charge', { undo: ({ id }) => refund(id) }, (id: string) => ({ id }));
    // @ts-expect-error a receipt is no text
    step('charge', { undo: (receipt: string) => refund(receipt) }, charge);
  });

  test('gives an awaitable, a promise or nothing', () => {
    step(
      'charge',
      {
        *undo({ id }) {
          yield* refund(id);
        },
      },
      charge,
    );
    step('charge', { undo: async ({ id }) => log.info(id) }, charge);
    step('charge', { undo: ({ id }) => log.info(id) }, charge);
    // @ts-expect-error the id would go nowhere
    step('charge', { undo: ({ id }) => id }, charge);
  });

  const refund = defineStep('refund', (id: string) => `refunded ${id}`);
});
