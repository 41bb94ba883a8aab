/** Workflows whose runs are in all the states that a page has to show. */
import {
  child,
  gather,
  pool,
  query,
  setAttributes,
  setStatus,
  signal,
  sleep,
  startChild,
  step,
  taskGroup,
  timeout,
  update,
  workflow,
} from 'lull';
import { z } from 'zod';

export const approved = signal<{ by: string }>('approved');

/** What a hostile sender would call things. */
export const HOSTILE = '<img src=x onerror="globalThis.hacked=1">';

export const ship = workflow('ship', function* (order: string) {
  yield* step('print label', () => `label of ${order}`);
  yield* sleep('2 days');
  return yield* step('hand over', () => ({ carrier: 'DHL', order }));
});

export const approval = workflow('approval', function* (what: { item: string; cents: number }) {
  setAttributes({ item: what.item, size: what.cents });
  setStatus('asked for approval');
  yield* step('send mail', () => ({ to: 'grace@example.com', ...what }));
  const { by } = yield* timeout('7 days', approved.receive());
  return { outcome: 'approved', by };
});

const printer = pool('printer', { concurrency: 2, rate: { limit: 100, per: '1 minute' } });

/** What the printer is busy with. */
export const printing: { busy: Promise<void> } = { busy: Promise.resolve() };

export const print = workflow('print', function* (letter: string) {
  return yield* step('print', { pool: printer, key: letter, priority: letter.length }, async () => {
    await printing.busy;
    return letter;
  });
});

let attempts = 0;

export const checkout = workflow('checkout', function* (order: { id: string; lines: number }) {
  yield* step('reserve', { retry: { maxAttempts: 5, firstDelay: '20s' } }, () => {
    attempts += 1;
    if (attempts % 3 !== 0) throw new Error('the stock is busy');
    return { reserved: order.lines };
  });
  yield* taskGroup(function* (group) {
    group.createTask(watchPayment(order.id), { name: 'watch payment' });
    group.createTask(child(ship, order.id, { id: `${order.id}-ship` }), { name: 'ship' });
    yield* sleep('5 days');
  });
});

function* watchPayment(id: string) {
  yield* step('open payment', () => `payment of ${id}`);
  return yield* timeout('10 days', approved.receive());
}

export const charge = workflow('charge', function* (card: string) {
  yield* step('look up', () => card);
  yield* sleep('3 hours');
  yield* step('charge', { retry: { maxAttempts: 3, firstDelay: '5s' } }, () => {
    const cause = new RangeError('limit of 500.00 EUR exceeded');
    throw new TypeError('the bank said no', { cause });
  });
});

export const report = workflow('report', function* (day: string) {
  const [visits, sales] = yield* gather([step('count visits', () => 1200), step('count sales', () => 31)]);
  return { day, visits, sales };
});

export const hostile = workflow('hostile', function* (input: string) {
  setStatus(input);
  yield* step(HOSTILE, () => ({ [HOSTILE]: HOSTILE }));
  throw new Error(HOSTILE);
});

/** The second deployment asks for another step than the first one. */
export const invoice = (stepName: string) =>
  workflow('invoice', function* (number: string) {
    yield* step(stepName, () => number);
    yield* sleep('1 day');
    yield* step('send', () => number);
  });

export const cart = workflow(
  'cart',
  {
    input: z.object({
      customer: z.string().describe('Whose cart it is'),
      lines: z.number().int().min(0).default(1),
      express: z.boolean().optional(),
      country: z.enum(['DE', 'FR', 'US']),
    }),
  },
  function* (input) {
    let lines = input.lines;
    query<number>('lines').handle(() => lines);
    update<{ sku: string }, number>('add').handle({
      *run({ sku }) {
        lines += 1;
        yield* step(`price of ${sku}`, () => 450);
        return lines;
      },
    });
    yield* approved.receive();
    return lines;
  },
);

/** A run of many events. */
export const long = workflow('long', function* (steps: number) {
  for (let count = 0; count < steps; count += 1) {
    yield* step(`count ${count % 40}`, () => count);
    if (count % 1000 === 999) yield* sleep('1 day');
  }
});

export const fan = workflow('fan', function* (width: number) {
  yield* gather(
    Array.from(
      { length: width },
      (_, index) =>
        function* () {
          yield* step(`part ${index}`, () => index);
          yield* sleep('1 hour');
        },
    ).map((body) => body()),
  );
});

export const parents = workflow('parents', function* () {
  yield* startChild(report, '2030-01-01', { id: 'report-of-parents' });
  yield* sleep('1 day');
});
