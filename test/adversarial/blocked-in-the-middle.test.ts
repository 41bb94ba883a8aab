/**
 * Suspicion: a run is blocked while bodies of its steps are running. They are withdrawn, and nothing counts them: a step
 * that is to begin once at most begins again with the next worker.
 */
import { beforeEach, expect, it } from 'vitest';
import { gather, registerClass, step, workflow } from 'lull';
import { SmallCloud } from '../engine/small-cloud.ts';

class Length {
  readonly metres: number;
  constructor(metres: number) {
    this.metres = metres;
  }
}

let isRefused = true;
registerClass(Length, {
  name: 'adversarial.Length',
  toData: (length) => length.metres,
  fromData: (metres) => {
    if (isRefused) throw new RangeError('no such length');
    return new Length(metres);
  },
});

beforeEach(() => (isRefused = true));

/** What it measures cannot be read, while the payment is on its way. */
function createShop(options: { atMostOnce?: true }) {
  let payments = 0;
  const pay = (): Promise<number> => {
    payments += 1;
    return payments === 1 ? new Promise(() => undefined) : Promise.resolve(payments);
  };
  const shop = workflow('shop', function* () {
    const [paid] = yield* gather([step('pay', options, pay), step('measure', () => new Length(2))], {
      returnExceptions: true,
    });
    return paid instanceof Error ? (paid.cause as { code?: string }).code : paid;
  });
  return { shop, payments: () => payments };
}

it('a step that begins once at most does not begin again after its run was blocked', async () => {
  const { shop, payments } = createShop({ atMostOnce: true });
  const cloud = new SmallCloud([shop]);
  const run = await cloud.client.start(shop, undefined, { id: 'r1' });
  expect(await cloud.worker().turn('r1')).toMatchObject({ kind: 'blocked' });
  isRefused = false;
  cloud.pass(60_000);
  expect(await cloud.worker().turn('r1')).toMatchObject({ kind: 'ended' });
  expect(await run.result({ timeout: 0 })).toBe('STEP_INTERRUPTED');
  expect(payments()).toBe(1);
});

it('any other begins again, and knows that it does', async () => {
  const { shop, payments } = createShop({});
  const cloud = new SmallCloud([shop]);
  const run = await cloud.client.start(shop, undefined, { id: 'r1' });
  await cloud.worker().turn('r1');
  const entries = await cloud.entries('r1');
  expect(entries.map(({ kind }) => kind)).toEqual(['started', 'step', 'step', 'taken-over', 'step-completed']);
  isRefused = false;
  cloud.pass(60_000);
  await cloud.worker().turn('r1');
  expect(await run.result({ timeout: 0 })).toBe(2);
  expect(payments()).toBe(2);
});
