import { entity, workflow } from 'lull';
import { expect, it } from 'vitest';
import { exportedWorkflows } from '../../../lib/local/entry/exported-workflows.ts';

it('what cannot be started, or not with any input, is not shown as an example', () => {
  const counter = entity('counter', { initial: () => ({ sum: 0 }), handlers: { add: (state) => (state.sum += 1) } });
  const tour = workflow('tour', function* () {
    yield* counter('home').add();
  });
  expect(exportedWorkflows({ counter, tour }, { frames: false })).toEqual([
    { name: 'counter', takesAnything: false },
    { name: 'tour', takesAnything: true },
  ]);
});
