/** What is written to streams, where a payload key is set: nothing of it is in the table in clear, and readers get it whole. */
import { expect, it } from 'vitest';
import { MemoryStore } from 'lull/testing';
import { sealingStore } from '../../lib/encryption/sealing-store.ts';
import { toEntries } from '../../lib/ports/stream-values.ts';
import { encoded, journalRecord } from '../store/samples.ts';
import { createTestKey } from '../../lib/testing/index.ts';

it('values that are written together are encrypted together, and are read one by one', async () => {
  const memory = new MemoryStore();
  const store = sealingStore(memory, { key: createTestKey(), table: 'memory' });
  const values = ['a secret', 'another'].map(encoded);
  await store.putRecord('r', journalRecord(1), 1, [{ name: 'tokens', from: 1, values }]);
  await store.putRecord('r', journalRecord(2), 1, [{ name: 'tokens', from: 3, values: [encoded('the last')] }]);
  const stored = await memory.readStream('r', 'tokens', 1);
  expect(stored.map(({ from, count }) => [from, count])).toEqual([
    [1, 2],
    [3, 1],
  ]);
  expect(JSON.stringify(stored)).not.toMatch(/secret|another|last/);
  expect(toEntries(await store.readStream('r', 'tokens', 2), 2)).toEqual([
    { seq: 2, value: 'another' },
    { seq: 3, value: 'the last' },
  ]);
  const withoutKey = sealingStore(memory, { table: 'memory' });
  const locked = toEntries(await withoutKey.readStream('r', 'tokens', 1), 1);
  expect(locked.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(locked[0]?.value).toMatchObject({ $: 'sealed' });
});
