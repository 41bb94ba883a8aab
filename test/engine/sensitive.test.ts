import { defineStep, poll, sleep, step, type StepContext, StepFailedError, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../lib/http/to-json.ts';
import { showError } from '../../lib/lambda/shown-error.ts';
import { showFields } from '../../lib/lambda/shown-value.ts';
import { describeFailure } from '../../lib/local/describe-failure.ts';
import { SmallCloud } from './small-cloud.ts';

const SECRET = 'pin-1234';

const check = defineStep(
  'check',
  { sensitive: true, retry: { maxAttempts: 2, firstDelay: '1h' } },
  (pin: string, isRight: boolean) => {
    if (!isRight) throw new Error(`${pin} is wrong`);
    return { pin };
  },
);

const login = workflow('login', function* (isRight: boolean) {
  const { pin } = yield* check(SECRET, isRight);
  yield* step('beat', { sensitive: true }, ({ heartbeat }: StepContext) => heartbeat(SECRET));
  yield* poll('ask', { until: () => true, every: '1m', sensitive: true }, () => SECRET);
  return pin.length;
});

describe('a sensitive step', () => {
  it('shows nothing of its arguments, results and errors, and stores them', async () => {
    const lines: unknown[] = [];
    const keep = (...values: unknown[]): void => void lines.push(showFields(values));
    const cloud = new SmallCloud([login], { log: { debug: keep, info: keep, warn: keep, error: keep } });
    const worker = cloud.worker({ random: () => 0 });
    const right = await cloud.client.start(login, true, { id: 'right' });
    const wrong = await cloud.client.start(login, false, { id: 'wrong' });
    await worker.turn('right');
    await worker.turn('wrong');
    cloud.pass(7_200_000);
    await worker.turn('wrong');
    expect(await right.result({ timeout: 0 })).toBe(SECRET.length);

    const failed = await wrong.result({ timeout: 0 }).catch((error: unknown) => error as Error);
    const failure = (failed as Error).cause as StepFailedError;
    expect(failure.message).toBe(
      'step "check" failed after 2 attempts: its error is not shown, since the step is sensitive',
    );
    expect((failure.cause as Error).message).toBe(`${SECRET} is wrong`); // the code may look at it

    const shown: unknown[] = [lines];
    for (const run of [right, wrong]) {
      for await (const event of run.history()) shown.push(toJson(event), { ...event });
      shown.push(toJson(await run.describe()));
    }
    shown.push(showError(failed as Error), describeFailure(failed));
    expect(JSON.stringify(shown)).not.toContain(SECRET);
    expect(JSON.stringify(shown)).toContain('"sensitive":true');
    expect(JSON.stringify(await cloud.entries('right'))).toContain(SECRET);
  });

  it('is shown by engine.calls of the testing kit', async () => {
    const engine = createTestEngine({ workflows: [login] });
    await engine.run(login, true);
    expect(engine.calls('check')).toEqual([[SECRET, true]]);
  });

  it('whose arguments have changed shows neither of them', async () => {
    const cloud = new SmallCloud([login]);
    const before = workflow('login', function* () {
      yield* check('pin-0000', true);
      yield* sleep('1h');
    });
    await cloud.client.start(login, true, { id: 'r' });
    await cloud.worker({ workflows: [before] }).turn('r');
    cloud.pass(3_600_000);
    const end = await cloud.worker().turn('r');
    expect(end).toMatchObject({ kind: 'blocked' });
    const { blocked } = await cloud.run('r');
    expect(blocked?.reason).toContain('other arguments');
    expect(blocked?.reason).not.toMatch(/pin-/);
  });

  it('can be all steps of a workflow, and one of them not', async () => {
    const all = workflow('all', { steps: { sensitive: true } }, function* () {
      yield* step('hidden', () => SECRET);
      yield* step('shown', { sensitive: false }, () => 'plain');
    });
    const engine = createTestEngine({ workflows: [all] });
    const run = await engine.start(all, undefined);
    await run.result();
    const events = [];
    for await (const event of run.history()) if (event.kind === 'step-completed') events.push({ ...event });
    expect(events).toMatchObject([
      { name: 'hidden', sensitive: true },
      { name: 'shown', value: 'plain' },
    ]);
    expect(events[0]).not.toHaveProperty('value');
  });

  it('is refused as anything but true and false', async () => {
    const careless = workflow('careless', function* () {
      yield* sleep(1);
      return yield* step('a', { sensitive: 'yes' as never }, () => 1);
    });
    const engine = createTestEngine({ workflows: [careless] });
    await expect(engine.run(careless, undefined)).rejects.toThrow('the sensitive of step "a" is "yes"');
  });
});
