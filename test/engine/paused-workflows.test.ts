// What a process knows of paused workflows: one read for all of its turns, and again when that is too old.
import { expect, it } from 'vitest';
import { PausedWorkflows } from '../../lib/engine/paused-workflows.ts';
import type { WorkflowList } from '../../lib/ports/paused-workflows.ts';
import { VirtualClock } from '../../lib/testing/virtual-clock.ts';

function createWorld() {
  const clock = new VirtualClock(1_000_000);
  const answers: ((list: WorkflowList | Error) => void)[] = [];
  const store = {
    readWorkflowList: () =>
      new Promise<WorkflowList>((resolve, reject) => {
        answers.push((list) => (list instanceof Error ? reject(list) : resolve(list)));
      }),
  };
  return { clock, answers, paused: new PausedWorkflows({ store, clock }) };
}

const list = (...names: string[]): WorkflowList => ({
  version: 1,
  workflows: [...names.map((workflow) => ({ workflow, pausedAtMs: 1 })), { workflow: 'resumed', resumedAtMs: 1 }],
});

it('is read once for all who ask within the time, counted from the request and not from its answer', async () => {
  const { clock, answers, paused } = createWorld();
  const first = paused.within(5_000);
  clock.moveTo(clock.nowMs() + 4_999);
  const second = paused.within(5_000);
  expect(answers).toHaveLength(1);
  answers[0]!(list('a'));
  expect([...(await first).keys()]).toEqual(['a']);
  expect(await second).toBe(await first);
  clock.moveTo(clock.nowMs() + 1);
  const third = paused.within(5_000);
  expect(answers).toHaveLength(2);
  answers[1]!(list('b'));
  expect([...(await third).keys()]).toEqual(['b']);
});

it('is read at each question of who wants it as it is now', async () => {
  const { answers, paused } = createWorld();
  const asked = [paused.within(0), paused.within(0)];
  expect(answers).toHaveLength(2);
  for (const [index, answer] of answers.entries()) answer(list(`w${index}`));
  expect((await Promise.all(asked)).map((one) => [...one.keys()])).toEqual([['w0'], ['w1']]);
});

it('is asked for again after an error, and after a clock was set back', async () => {
  const { answers, paused } = createWorld();
  const failing = paused.within(5_000);
  answers[0]!(new Error('no answer'));
  await expect(failing).rejects.toThrow('no answer');
  const again = paused.within(5_000);
  expect(answers).toHaveLength(2);
  answers[1]!(list('a'));
  await again;
  let nowMs = 5_000_000;
  let reads = 0;
  const setBack = new PausedWorkflows({
    store: {
      readWorkflowList: async () => {
        reads += 1;
        return list('a');
      },
    },
    clock: { nowMs: () => nowMs, callAt: () => () => undefined },
  });
  await setBack.within(5_000);
  nowMs = 1_000_000;
  await setBack.within(5_000);
  expect(reads).toBe(2);
});
