/** What an author says about pools, and what is refused where it is written. */
import { describe, expect, test } from 'vitest';
import { defineStep, pool, type PoolLimits, step, workflow } from '../../lib/index.ts';
import { createTestEngine } from '../../lib/testing/index.ts';

describe('pool()', () => {
  test.each([
    [{ concurrency: 0 }, /is 0, which nothing could keep: to let nothing begin, pause the pool/],
    [{ concurrency: 1.5 }, /the concurrency of pool "p" is 1.5: give a whole number from 1 to 1000/],
    [{ concurrency: -1 }, /give a whole number/],
    [{ concurrency: 1_001 }, /share the work among several pools/],
    [{ concurrencyPerKey: '3' }, /the concurrencyPerKey of pool "p" is "3"/],
    [{ rate: 5 }, /the rate of pool "p" is 5: give \{ limit: 100, per: '1 minute' \}/],
    [{ rate: { limit: 0, per: '1s' } }, /pause the pool/],
    [{ rate: { limit: 1, per: 0 } }, /give 1 ms to 31 days/],
    [{ rate: { limit: 1, per: '32 days' } }, /give 1 ms to 31 days/],
    [{ rate: { limit: 1, per: 'soon' } }, /cannot be "soon"/],
    [{ ratePerKey: { limit: 1, per: '1s', burst: 2 } }, /the ratePerKey of pool "p"/],
    [{ conc: 1 }, /has no limit "conc": there are concurrency/],
    [null, /the limits of pool "p" are null/],
  ])('refuses %j', (limits, message) => {
    expect(() => pool('p', limits as PoolLimits)).toThrow(message);
  });

  test('refuses names that no URL can have', () => {
    expect(() => pool('a/b', {})).toThrow(/the name of a pool is "a\/b"/);
  });
});

describe('a step in a pool', () => {
  const perKey = pool('per-key', { concurrencyPerKey: 1 });

  test('is refused without a key where the pool has limits for each key', () => {
    expect(() => step('a', { pool: perKey }, () => 1)).toThrow(
      /has no key, and pool "per-key" has limits for each key/,
    );
    expect(() => defineStep('a', { pool: perKey }, () => 1)).toThrow(/has no key/);
  });

  test('also where the pool is that of all steps of its workflow', async () => {
    const main = workflow('main', { steps: { pool: perKey } }, function* () {
      yield* step('a', () => 1);
    });
    await expect(createTestEngine({ workflows: [main] }).run(main)).rejects.toThrow(/has no key/);
  });

  test.each([
    [{ pool: 'p' }, /the pool of step "a" is "p": give what pool\('name'/],
    [{ priority: 0.5 }, /the priority of step "a" is 0.5: give a whole number/],
    [{ priority: 1_000_001 }, /the priority of step "a" is 1000001/],
    [{ priority: '1' }, /the priority of step "a" is "1"/],
  ])('refuses %j', (options, message) => {
    expect(() => step('a', options as never, () => 1)).toThrow(message);
  });

  test('the key of a defineStep may be a function of its arguments', async () => {
    const charge = defineStep('charge', { pool: perKey, key: (customer) => customer }, (customer: string) => customer);
    const main = workflow('main', function* () {
      return [yield* charge('a'), yield* charge('b')];
    });
    expect(await createTestEngine({ workflows: [main] }).run(main)).toEqual(['a', 'b']);
  });
});
