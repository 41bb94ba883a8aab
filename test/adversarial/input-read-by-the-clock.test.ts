/** Suspicion: a registered class that asks for the time while it is read makes another input at each replay. */
import { expect, it } from 'vitest';
import { registerClass, sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';

class Received {
  readonly id: string;
  readonly atMs = Date.now();
  constructor(id: string) {
    this.id = id;
  }
}
registerClass(Received, { name: 'Received', toData: ({ id }) => id, fromData: (id: string) => new Received(id) });

it('an input and a result are read by the clock of the run, the same at each replay', async () => {
  const seen: number[][] = [];
  const reading = workflow('reading', function* (input: Received) {
    const result = yield* step('receive', () => new Received('r'));
    seen.push([input.atMs, result.atMs]);
    yield* sleep('1 day');
    return [input.atMs, result.atMs];
  });
  const engine = createTestEngine({ workflows: [reading], rebuildAtEveryAwait: true });
  const start = engine.now().getTime();
  expect(await engine.run(reading, new Received('i'))).toEqual([start, start]);
  expect(seen.length).toBeGreaterThan(1);
  expect(new Set(seen.flat())).toEqual(new Set([start]));
});
