import { createTask, gather, sleep, taskGroup, timeout } from 'lull';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { drive } from './drive.ts';

const unhandled: unknown[] = [];
const listen = (reason: unknown) => unhandled.push(reason);

beforeEach(() => void process.on('unhandledRejection', listen));
afterEach(() => {
  process.off('unhandledRejection', listen);
  unhandled.length = 0;
});

const rejected = () => Promise.reject(new Error('nobody hears me')) as never;

it.each([
  [
    'is yielded',
    () =>
      (function* () {
        yield rejected();
      })(),
  ],
  [
    'is given to createTask',
    () =>
      (function* () {
        yield* sleep(0);
        createTask(rejected());
      })(),
  ],
  [
    'is given to gather',
    () =>
      (function* () {
        yield* gather(rejected());
      })(),
  ],
  [
    'is given to gather among others',
    () =>
      (function* () {
        yield* gather([rejected()]);
      })(),
  ],
  [
    'is given to timeout',
    () =>
      (function* () {
        yield* timeout('1s', rejected());
      })(),
  ],
  [
    'is what a body gives',
    () =>
      (function* () {
        yield* taskGroup(rejected as never);
      })(),
  ],
])('a promise that %s fails the run and not the process, when it rejects', async (_, body) => {
  const { outcome } = drive(body);
  expect(outcome).toMatchObject({ kind: 'failed', error: { name: 'WorkflowCodeError' } });
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
});
