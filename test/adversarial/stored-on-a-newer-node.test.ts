/**
 * The suspicion: a deployment to an older Node is not seen as one. A run with a value that only the newer Node knows fails,
 * or its turns end in errors for ever, and the message blames the table.
 */
import { signal, sleep, step, workflow } from 'lull';
import { expect, it } from 'vitest';
import { SmallCloud } from '../engine/small-cloud.ts';
import type { Around } from '../../lib/testing/around-store.ts';

/** An expression in the syntax of a later Node stands wherever the run has stored the word "later". */
const storedLater: Around = async (_call, go) => {
  const answer = await go();
  const text = JSON.stringify(answer);
  return text === undefined
    ? answer
    : (JSON.parse(text.replaceAll('"later"', '{"$":"RegExp","v":"(?>a)","flags":""}')) as typeof answer);
};

const news = signal<unknown>('news');
const blocked = { kind: 'blocked', error: { code: 'NEWER_NODE' } };

async function turnsOf(body: (input: unknown) => Generator, input?: string, payload?: string): Promise<unknown[]> {
  const flow = workflow('flow', body as never);
  const cloud = new SmallCloud([flow]);
  await cloud.client.start('flow', input, { id: 'r1' });
  const first = await cloud.worker({ maxWarmRuns: 0 }).turn('r1');
  if (payload !== undefined) await cloud.client.run('r1').signal('news', payload);
  cloud.pass(3_600_000);
  const onOlder = await cloud.worker({ around: storedLater }).turn('r1');
  cloud.pass(3_600_000);
  const onNewer = await cloud.worker().turn('r1');
  return [first.kind, onOlder, onNewer];
}

it.each<[string, (input: unknown) => Generator, (string | undefined)?, string?]>([
  [
    'input',
    function* (input) {
      yield* sleep('1h');
      return input;
    },
    'later',
  ],
  [
    'result of a step',
    function* () {
      const result = yield* step('find', () => 'later');
      yield* sleep('1h');
      return result;
    },
  ],
  [
    'failure of a step',
    function* () {
      try {
        yield* step('find', { retry: { maxAttempts: 1 } }, () => {
          throw Object.assign(new Error('x'), { at: 'later' });
        });
      } catch {
        yield* sleep('1h');
      }
    },
  ],
  [
    'payload of a signal',
    function* () {
      return yield* news.receive();
    },
    undefined,
    'later',
  ],
  [
    'heartbeat of a step',
    function* () {
      yield* step('find', { retry: { maxAttempts: 2, firstDelay: '1h', jitter: 0 } }, ({ attempt, heartbeat }) => {
        if (attempt > 1) return;
        heartbeat('later');
        throw new Error('again');
      });
    },
  ],
])(
  'a run whose %s is of a newer Node is blocked, with a reason that says so, and goes on there',
  async (_what, body, input, payload) => {
    const [first, onOlder, onNewer] = await turnsOf(body, input, payload);
    expect(first).toBe('suspended');
    expect(onOlder).toMatchObject(blocked);
    expect(onNewer).toEqual({ kind: 'ended', status: 'completed' });
  },
);
