import { expect, it } from 'vitest';
import { MovableClock } from '../../../lib/local/time/movable-clock.ts';
import { lambdaOf } from './function-under-test.ts';

const THREE_DAYS_MS = 3 * 86_400_000;
/** After longer ones a sandbox has gone. */
const FIVE_MINUTES_MS = 300_000;

const TIMES = `
  const loadedMs = Date.now();
  class Moment extends Date {}
  export const handler = async (event, context) => {
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 10));
    return {
      loadedMs,
      nowMs: Date.now(),
      newMs: new Date().getTime(),
      textMs: Date.parse(Date()),
      momentMs: new Moment().getTime(),
      given: [new Date(5).getTime(), new Date(1970, 0, 1, 0, 0, 1).getTime(), new Date('1970-01-02').getTime()],
      isDate: new Date() instanceof Date && new Moment() instanceof Moment && new Date().constructor === Date,
      name: Date.name,
      leftMs: context.getRemainingTimeInMillis(),
      timerMs: performance.now() - began,
    };
  };
`;

interface Times {
  readonly loadedMs: number;
  readonly nowMs: number;
  readonly newMs: number;
  readonly textMs: number;
  readonly momentMs: number;
  readonly leftMs: number;
  readonly timerMs: number;
}

it('what a function holds for now is the time of the clock, from one invocation to the next', async () => {
  const clock = new MovableClock();
  const { call } = lambdaOf(TIMES, { clock });
  const before = (await call({})) as Times;
  clock.advance(FIVE_MINUTES_MS);
  const after = (await call({})) as Times;
  const endedMs = Date.now() + FIVE_MINUTES_MS;
  clock.close();

  expect(Math.abs(before.nowMs + FIVE_MINUTES_MS - endedMs)).toBeLessThan(5000);
  expect(after.loadedMs).toBe(before.loadedMs); // it was loaded then
  for (const ms of [after.nowMs, after.newMs, after.textMs + 1000, after.momentMs]) {
    expect(ms).toBeGreaterThanOrEqual(before.nowMs + FIVE_MINUTES_MS);
    expect(ms).toBeLessThanOrEqual(endedMs + 1000);
  }
  expect(after).toMatchObject({ given: [5, 1000, 86_400_000], isDate: true, name: 'Date' });
});

it('code that is loaded after a move finds the moved time; deadlines are in it, and timers are real', async () => {
  const clock = new MovableClock();
  clock.advance(THREE_DAYS_MS);
  const { call } = lambdaOf(TIMES, { clock });
  const { loadedMs, leftMs, timerMs } = (await call({})) as Times;
  clock.close();
  expect(loadedMs).toBeGreaterThan(Date.now() + THREE_DAYS_MS - 10_000);
  expect(leftMs).toBeGreaterThan(5000);
  expect(leftMs).toBeLessThanOrEqual(10_000);
  expect(timerMs).toBeLessThan(5000);
});

it('the time of an invocation goes on as it began, though the clock is moved meanwhile', async () => {
  const clock = new MovableClock();
  const { call } = lambdaOf(
    `export const handler = async () => {
       const began = Date.now();
       process.stdout.write('begun\\n');
       await new Promise((resolve) => setTimeout(resolve, 100));
       return Date.now() - began;
     }`,
    { clock, report: ({ kind }) => kind === 'output' && clock.advance(THREE_DAYS_MS) },
  );
  expect(await call({})).toBeLessThan(5000);
  expect(clock.nowMs()).toBeGreaterThan(Date.now() + THREE_DAYS_MS - 5000);
  clock.close();
});

it('threads that a function starts see the moved time too', async () => {
  const clock = new MovableClock();
  clock.advance(THREE_DAYS_MS);
  const { call } = lambdaOf(
    `import { Worker } from 'node:worker_threads';
     import { once } from 'node:events';
     export const handler = async () => {
       const thread = new Worker("require('node:worker_threads').parentPort.postMessage(Date.now())", { eval: true });
       const [nowMs] = await once(thread, 'message');
       return nowMs;
     };`,
    { clock },
  );
  expect(await call({})).toBeGreaterThan(Date.now() + THREE_DAYS_MS - 10_000);
  clock.close();
});
