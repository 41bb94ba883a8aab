/** Which engine of a template's cloud is meant, by the environments of its functions. */
import { expect, it } from 'vitest';
import { findEngine } from '../../lib/local/find-engine.ts';

type Resources = Parameters<typeof findEngine>[0];

function functionsWith(...environments: Record<string, string>[]): Resources {
  return { functions: environments.map((environment) => ({ environment })) } as unknown as Resources;
}

const orders = { LULL_TABLE_NAME: 'orders', LULL_QUEUE_URL: 'http://localhost/orders' };
const returns = { LULL_TABLE_NAME: 'returns', LULL_QUEUE_URL: 'http://localhost/returns' };

it('finds the one with the table, or the first one', () => {
  expect(findEngine(functionsWith({}, orders, returns), 'returns')).toMatchObject({ tableName: 'returns' });
  expect(findEngine(functionsWith({}, orders, returns), undefined)).toMatchObject({ tableName: 'orders' });
});

it('says which tables there are', () => {
  expect(() => findEngine(functionsWith(orders, orders, returns), 'order')).toThrow(
    'no engine of the stacks has the table order: there are orders, returns',
  );
});

it('says that there is no engine at all', () => {
  expect(() => findEngine(functionsWith({ LULL_TABLE_NAME: 'orders' }), undefined)).toThrow(
    'the stacks have no engine',
  );
});
