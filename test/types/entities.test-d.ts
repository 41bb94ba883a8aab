/** What the calls of an entity take and give, in a workflow and from outside. */
import { type Awaitable, type Coroutine, entity, sleep, step, workflow } from 'lull';
import { Client } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { describe, expectTypeOf, test } from 'vitest';

interface Cart {
  items: string[];
  note?: string;
}

const cart = entity('cart', {
  initial: (key): Cart => ({ items: [], note: key }),
  handlers: {
    add(state, item: string, count?: number) {
      expectTypeOf(state).toEqualTypeOf<Cart>();
      return state.items.push(item) + (count ?? 0);
    },
    *order(state, at: Date) {
      yield* sleep('1s');
      const receipt = yield* step('pay', () => 'r-1');
      return { receipt, at, items: state.items.length };
    },
    clear: (state) => {
      state.items = [];
    },
    *copy(_state, key: string): Coroutine<number> {
      return yield* cart(key).add('tea');
    },
    identity: <T>(_state: Cart, value: T) => value,
  },
  reads: {
    count: (state) => state.items.length,
    has: (state, item: string) => state.items.includes(item),
  },
});
const plain = entity('plain', { initial: () => ({ n: 0 }), handlers: { add: (state, n: number) => (state.n += n) } });

interface Ordered {
  receipt: string;
  at: Date;
  items: number;
}

describe('the calls of an entity', () => {
  test('are awaited in a workflow without a cast', () => {
    workflow('w', function* () {
      const a = cart('a');
      expectTypeOf(yield* a.add('tea')).toEqualTypeOf<number>();
      expectTypeOf(yield* a.add('tea', 2)).toEqualTypeOf<number>();
      expectTypeOf(yield* a.order(new Date())).toEqualTypeOf<Ordered>();
      expectTypeOf(yield* a.clear()).toEqualTypeOf<void>();
      expectTypeOf(yield* a.copy('b')).toEqualTypeOf<number>();
      expectTypeOf(yield* a.count()).toEqualTypeOf<number>();
      expectTypeOf(yield* a.has('tea')).toEqualTypeOf<boolean>();
      expectTypeOf(yield* plain('a').add(1)).toEqualTypeOf<number>();
      expectTypeOf(a.add('tea')).toEqualTypeOf<Awaitable<number>>();
    });
  });

  test('are promises from outside', () => {
    const of = () => new Client().entity(cart, 'a', { idempotencyKey: 'k', timeout: '1s' });
    expectTypeOf(of().add).parameters.toEqualTypeOf<[item: string, count?: number]>();
    expectTypeOf(of().add).returns.toEqualTypeOf<Promise<number>>();
    expectTypeOf(of().order).returns.toEqualTypeOf<Promise<Ordered>>();
    expectTypeOf(of().count).returns.toEqualTypeOf<Promise<number>>();
    expectTypeOf(of().has).parameters.toEqualTypeOf<[item: string]>();
    const engine = () => createTestEngine({ workflows: [cart, plain] }).entity(plain, 'a');
    expectTypeOf(engine().add).returns.toEqualTypeOf<Promise<number>>();
    const named = () => new Client().entity('cart', 'a');
    expectTypeOf(named()['add']).toEqualTypeOf<((...args: unknown[]) => Promise<unknown>) | undefined>();
  });

  test('refuse what they do not take', () => {
    const of = () => new Client().entity(cart, 'a');
    // @ts-expect-error -- an item is a text
    expectTypeOf(of().add).toBeCallableWith(1);
    // @ts-expect-error -- an argument is missing
    expectTypeOf(of().add).toBeCallableWith();
    expectTypeOf(of()).not.toHaveProperty('typo');
    // @ts-expect-error -- a key is a text
    expectTypeOf(() => new Client().entity(cart, 1)).returns.toBeObject();
    // @ts-expect-error -- it is no workflow
    expectTypeOf(() => new Client().start(cart, undefined)).returns.toBeObject();
    // @ts-expect-error -- the state is an object
    entity('odd', { initial: () => 1, handlers: { add: () => 1 } });
  });
});
