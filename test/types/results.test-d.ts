import { describe, expectTypeOf, test } from 'vitest';
import { gather, sleep, step, workflow } from 'lull';

describe('yield* gives the right type without a cast', () => {
  test('of a sleep: nothing, or the result that it was given', () => {
    workflow('nap', function* () {
      expectTypeOf(yield* sleep('1s')).toEqualTypeOf<void>();
      expectTypeOf(yield* sleep('1s', 'rested')).toEqualTypeOf<string>();
    });
  });

  test('of a gather: the shape of its argument', () => {
    workflow('both', function* () {
      expectTypeOf(yield* gather([sleep('1s', 1), sleep('1s', 'a')])).toEqualTypeOf<[number, string]>();
      expectTypeOf(yield* gather({ paid: step('charge', () => true) })).toEqualTypeOf<{ paid: boolean }>();
    });
  });

  test('of a step: what its body promises, and nothing else', () => {
    workflow('charge', function* () {
      const paid = yield* step('charge', () => Promise.resolve(1));
      expectTypeOf(paid).toEqualTypeOf<number>();
      // @ts-expect-error a number is no string: this line fails if types get lost on the way
      paid satisfies string;
    });
  });
});
