import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readLedger, startShop } from '../../functions/examples/shop.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';

async function openShop(seed: number) {
  const ledgerFile = join(temporaryFolder(), 'ledger.jsonl');
  const shop = await startShop({ ledgerFile, seed, slowestMs: 1 });
  onTestFinished(() => shop.stop());
  const ask = async (service: string, key: string, body: object): Promise<[number, { id?: string }]> => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const response = await fetch(`${shop.url}/${service}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return [response.status, (await response.json()) as { id?: string }];
  };
  return { ask, ledger: () => readLedger(ledgerFile) };
}

it('a charge is made once per idempotency key, and every attempt stands in the ledger', async () => {
  const { ask, ledger } = await openShop(1);
  const order = { order: 'o-1', cents: 1250 };
  const answers = await Promise.all([ask('charges', 'k', order), ask('charges', 'k', order)]);
  expect(answers).toEqual([
    [200, { id: 'charges-1' }],
    [200, { id: 'charges-1' }],
  ]);
  expect(ledger()).toEqual([
    { service: 'charges', key: 'k', outcome: 'done', ...order },
    { service: 'charges', key: 'k', outcome: 'repeated', ...order },
  ]);
});

it('some services are out of order at first, the same ones for the same seed, and work at the next attempt', async () => {
  const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`);
  const outages: string[][] = [];
  for (const seed of [1, 1, 2]) {
    const { ask } = await openShop(seed);
    const first = await Promise.all(keys.map(async (key) => [key, (await ask('labels', key, {}))[0]] as const));
    const out = first.filter(([, status]) => status === 503).map(([key]) => key);
    expect(await Promise.all(out.map(async (key) => (await ask('labels', key, {}))[0]))).toEqual(out.map(() => 200));
    outages.push(out);
  }
  expect(outages[0]).not.toEqual([]);
  expect(outages[1]).toEqual(outages[0]);
  expect(outages[2]).not.toEqual(outages[0]);
});
