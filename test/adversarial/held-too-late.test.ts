// A worker that learned of the pause stands still, and holds a run when its workflow was resumed and all were put back.
import { expect, it } from 'vitest';
import { step, workflow } from 'lull';
import { promisesToGoOn, SmallCloud } from '../engine/small-cloud.ts';

const ping = workflow('ping', function* () {
  return yield* step('ping', () => 'pong');
});

async function frozenBeforeHold() {
  const cloud = new SmallCloud([ping]);
  let goOn: () => void = () => undefined;
  const frozen = cloud.worker({
    around: async (call, go) => {
      if (call.operation === 'holdRun') await new Promise<void>((resolve) => void (goOn = resolve));
      return go();
    },
  });
  await cloud.client.workflows.pause('ping');
  const run = await cloud.client.start(ping);
  const turn = frozen.turn(run.id);
  for (let times = 0; times < 40; times += 1) await promisesToGoOn();
  cloud.wakes.clear();
  const thaw = async (): Promise<void> => {
    goOn();
    expect(await turn).toEqual({ kind: 'skipped', reason: 'workflow-paused' });
  };
  return { cloud, run, thaw };
}

it.each([
  ['a minute', 60_000],
  ['a week', 7 * 86_400_000],
])('is put back by the next sweep, although the resume was %s ago', async (_span, ms) => {
  const { cloud, run, thaw } = await frozenBeforeHold();
  await cloud.client.workflows.resume('ping');
  await cloud.table.take(run.id, {
    // Nobody takes it: the worker that would is lost, and so is its wake.
    ...{ lease: { owner: 'lost', expiresAtMs: 0 }, nowMs: cloud.clock.nowMs(), dueByMs: cloud.clock.nowMs() },
  });
  expect(await cloud.worker().sweep()).toMatchObject({ putBack: 0 });
  cloud.pass(ms);
  await cloud.worker().sweep();
  cloud.wakes.clear();
  await thaw();
  expect(await cloud.run(run.id)).toMatchObject({ isHeld: true });
  cloud.pass(60_000);
  expect(await cloud.worker().sweep()).toMatchObject({ putBack: 1 });
  cloud.pass(2_000);
  expect(cloud.wakes.takeDue(cloud.clock.nowMs()).map(({ runId }) => runId)).toEqual([run.id]);
  expect(await cloud.worker().turn(run.id)).toMatchObject({ kind: 'ended', status: 'completed' });
});

it('is refused where another worker has the run meanwhile, or a request to stop was accepted', async () => {
  for (const meanwhile of ['taken', 'cancelled'] as const) {
    const { cloud, run, thaw } = await frozenBeforeHold();
    await cloud.client.workflows.resume('ping');
    if (meanwhile === 'cancelled') await run.cancel();
    else {
      const nowMs = cloud.clock.nowMs();
      await cloud.table.take(run.id, {
        ...{ lease: { owner: 'other', expiresAtMs: nowMs + 1_000 }, nowMs, dueByMs: nowMs },
      });
    }
    await thaw();
    expect(await cloud.run(run.id)).not.toHaveProperty('isHeld');
  }
});

it('paused again before the late hold: the run waits for the second resume, once', async () => {
  const { cloud, run, thaw } = await frozenBeforeHold();
  await cloud.client.workflows.resume('ping');
  await cloud.worker().sweep();
  await cloud.client.workflows.pause('ping');
  await thaw();
  expect(await cloud.worker().sweep()).toMatchObject({ putBack: 0, woken: 0 });
  await cloud.client.workflows.resume('ping');
  expect(await cloud.worker().sweep()).toMatchObject({ putBack: 1 });
  expect(await cloud.worker().turn(run.id)).toMatchObject({ kind: 'ended', status: 'completed' });
});
