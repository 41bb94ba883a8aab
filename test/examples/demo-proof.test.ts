import { describe, expect, it } from 'vitest';
import { prove, type DemoRun, type Evidence } from '../../functions/examples/demo-proof.ts';
import type { LedgerEntry } from '../../functions/examples/shop.ts';

const STEPS = ['charge', 'reserve', 'print-label'];
const SERVICES = ['charges', 'reservations', 'labels'];

const entry = (service: string, order: string, change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  service,
  key: `${order}/${service}`,
  outcome: 'done',
  order,
  ...(service === 'charges' ? { cents: 500 } : {}),
  ...change,
});

const run = (order: string): DemoRun => ({
  order,
  status: 'completed',
  history: [
    { kind: 'started' },
    ...STEPS.flatMap((name) => ['step', 'step-completed'].map((kind) => ({ kind, name }))),
    { kind: 'completed' },
  ],
});

function evidence(): Evidence & { runs: DemoRun[]; ledger: LedgerEntry[] } {
  const orders = ['a', 'b'].map((id) => ({ id, lines: [{ quantity: 2, cents: 250 }] }));
  return {
    orders,
    runs: orders.map(({ id }) => run(id)),
    ledger: orders.flatMap(({ id }) => SERVICES.map((service) => entry(service, id))),
    killed: [11, 12, 13],
    killsWanted: 3,
    deadLetters: [],
  };
}

const objections = (of: Evidence): string[] => prove(of).flatMap((finding) => finding.objections);

describe('the proof at the end of the demo', () => {
  it('holds when every order has what it should have, repeated attempts and outages included', () => {
    const all = evidence();
    all.ledger.push(entry('charges', 'a', { outcome: 'repeated' }), entry('labels', 'b', { outcome: 'unavailable' }));
    expect(objections(all)).toEqual([]);
    expect(prove(all).map((finding) => finding.claim)).toContain(
      '2 charges made, one per order and idempotency key; 1 repeated attempts changed nothing',
    );
  });

  it('notices an order that was not completed, and one that has no run', () => {
    const all = evidence();
    expect(objections({ ...all, runs: [{ ...run('a'), status: 'failed' }] })).toEqual([
      'a is failed',
      'b is not started',
    ]);
  });

  it('notices a charge that was made twice under one key', () => {
    const all = evidence();
    all.ledger.push(entry('charges', 'a'));
    expect(objections(all)).toEqual([
      'key a/charges was used for 2 charges',
      'a has 2 charges',
      'there are 3 charges for 2 orders',
      'the orders come to €10.00',
    ]);
  });

  it('notices an order that was charged under two keys', () => {
    const all = evidence();
    all.ledger.push(entry('charges', 'a', { key: 'another' }));
    expect(objections(all)).toContain('a has 2 charges');
  });

  it('notices a charge that is missing, and one of another amount', () => {
    const all = evidence();
    const missing = all.ledger.filter(({ service, order }) => service !== 'charges' || order !== 'a');
    expect(objections({ ...all, ledger: missing })).toContain('a has 0 charges');
    const wrong = all.ledger.map((line) => (line.cents ? { ...line, cents: 499 } : line));
    expect(objections({ ...all, ledger: wrong })).toEqual(['the orders come to €10.00']);
  });

  it('notices a refund', () => {
    const all = evidence();
    all.ledger.push(entry('refunds', 'a'));
    expect(objections(all)).toEqual(['there is an entry in refunds under a/refunds']);
  });

  it('notices a step that was recorded twice, or not at all, and a journal without an end', () => {
    const all = evidence();
    const [a, b] = all.runs;
    const twice = { ...a!, history: [...a!.history.slice(0, 3), ...a!.history.slice(2)] };
    const cut = { ...b!, history: b!.history.slice(0, -2) };
    expect(objections({ ...all, runs: [twice, cut] })).toEqual([
      'the journal of a has "step-completed" of charge 2 times',
      'the journal of b goes from started to step',
      'the journal of b has "step-completed" of print-label 0 times',
    ]);
  });

  it('notices kills that hit nobody, and dead letters', () => {
    const all = { ...evidence(), killed: [11], deadLetters: ['{"runId":"x"}'] };
    expect(objections(all)).toEqual(['3 workers were to be killed', 'a message was given up: {"runId":"x"}']);
  });
});
