/** What a batch takes for its items while it runs. */
import { batch, sleep } from 'lull';
import { expect, test } from 'vitest';
import { pause, runBody } from './run-body.ts';

test('takes what an array gets meanwhile, as a loop over it does, and nothing after its end', () => {
  runBody(function* () {
    const growing = [2, 2];
    const ended = yield* batch(
      growing,
      function* (n, index) {
        yield* sleep(n * 1000);
        if (index < 2) growing.push(4);
        return n;
      },
      { limit: 1 },
    );
    expect(ended.values()).toEqual([2, 2, 4, 4]);
    const shrinking = [1, 2, 3, 4];
    const begun: unknown[] = [];
    yield* batch(
      shrinking,
      function* (n) {
        begun.push(n);
        shrinking.length = 2;
        yield* sleep(1000);
      },
      { limit: 1 },
    );
    expect(begun).toEqual([1, 2]);
    const long = [1];
    begun.length = 0;
    yield* batch(
      long,
      function* (n) {
        yield* sleep(1000);
        begun.push(n);
        long.push(5); // after the end
      },
      { limit: 2 },
    );
    expect(begun).toEqual([1]);
  });
});

test('asks an array that iterates in a way of its own', () => {
  runBody(function* () {
    const odd = Object.assign([1, 2, 3], {
      *[Symbol.iterator]() {
        yield 7;
      },
    });
    expect((yield* batch(odd, pause)).items.length).toBe(3);
    expect((yield* batch(new Uint8Array([1, 2]), pause)).items.length).toBe(2);
  });
});
