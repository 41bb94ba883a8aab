/** An exported history against the code at hand. */
import { basename } from 'node:path';
import { callback, child, defineStep, random, signal, sleep, step, workflow, type Coroutine } from 'lull';
import { checkReplay, createTestEngine, replayHistory, ReplayError } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { silent } from './silent.ts';

const go = signal<string>('go');
const file = basename(import.meta.filename);

type Body = (input: number) => Coroutine<unknown>;
const orderOf = (body: Body) => workflow('order', body);

const original: Body = function* (input) {
  const drawn = random();
  yield* step('reserve', () => 'reserved');
  yield* step('charge', () => drawn);
  yield* go.receive();
  return input;
};

const inner = workflow('inner', function* () {
  yield* sleep('1h');
});

async function historyOf(body: Body, { ended = false } = {}) {
  const engine = createTestEngine({ workflows: [orderOf(body), inner], log: silent });
  const run = await engine.start(orderOf(body), 1, { id: 'o1' });
  await engine.settle();
  if (ended) {
    await run.signal(go, 'now');
    await engine.advance('2h');
  }
  return run.exportHistory();
}

const replayOf = async (body: Body, history: Awaited<ReturnType<typeof historyOf>>) =>
  replayHistory({ workflows: [orderOf(body), inner], history: JSON.stringify(history) });

describe('replayHistory', () => {
  it('follows the code that wrote it, to where it waits or to its end', async () => {
    const waiting = await replayOf(original, await historyOf(original));
    expect(waiting).toMatchObject({
      ...{ kind: 'waits', runId: 'o1', workflow: 'order', link: 1, adds: [], leftOut: [] },
      waitsFor: { tasks: [{ awaits: [{ kind: 'signal', name: 'go' }], at: expect.stringContaining(file) as string }] },
    });
    expect(await replayOf(original, await historyOf(original, { ended: true }))).toMatchObject({
      kind: 'ended',
      status: 'completed',
    });
  });

  it('shows both sides and the line where the code differs', async () => {
    const changed: Body = function* () {
      random();
      yield* step('reserve', () => 1);
      yield* step('charge card', () => 1);
    };
    expect(await replayOf(changed, await historyOf(original))).toMatchObject({
      kind: 'differs',
      recorded: '#2 step "charge"',
      requested: 'asks for #2 step "charge card"',
      at: expect.stringMatching(new RegExp(`^${file}:\\d+:\\d+$`)) as string,
      error: { code: 'NONDETERMINISM' },
    });
  });

  it('says what the code adds behind the end of a run that goes on, and that it differs where the run has ended', async () => {
    const longer: Body = function* (input) {
      yield* original(input);
      yield* step('mail', () => 1);
    };
    const eager: Body = function* () {
      random();
      yield* step('reserve', () => 1);
      yield* step('charge', () => 1);
      yield* go.receive();
      yield* step('mail', () => 1);
    };
    expect(await replayOf(longer, await historyOf(original))).toMatchObject({ kind: 'waits', adds: [] });
    expect(await replayOf(eager, await historyOf(original, { ended: true }))).toMatchObject({
      kind: 'differs',
      recorded: 'the end of the run: completed',
      requested: 'asks for #4 step "mail"',
    });
  });

  it('shows what the code throws where it does not follow', async () => {
    const throws: Body = function* () {
      random();
      yield* step('reserve', () => 1);
      throw new TypeError('no such field');
    };
    expect(await replayOf(throws, await historyOf(original))).toMatchObject({
      kind: 'differs',
      thrown: expect.objectContaining({ message: 'no such field' }) as Error,
      requested: 'has ended by then',
    });
  });

  it('says that there is no such workflow', async () => {
    const history = await historyOf(original);
    expect(await replayHistory({ workflows: [inner], history })).toMatchObject({
      kind: 'cannot-replay',
      error: { code: 'UNKNOWN_WORKFLOW' },
    });
  });

  it('needs no secret for the ids of children and for tokens among arguments', async () => {
    const mail = defineStep('mail', (token: string) => token.length);
    const body: Body = function* () {
      const answer = callback('answer');
      yield* mail(answer.token);
      yield* child(inner);
      yield* go.receive();
    };
    const history = await historyOf(body, { ended: true });
    expect(history.leftOut).toEqual(['callback-secrets']);
    expect(await replayOf(body, history)).toMatchObject({ kind: 'ended', status: 'completed' });
  });

  it('runs no step and logs nothing', async () => {
    let begun = 0;
    const counted: Body = function* () {
      yield* step('count', () => (begun += 1));
      yield* step('new', () => (begun += 1));
    };
    const history = await historyOf(function* () {
      yield* step('count', () => 1);
      yield* go.receive();
    });
    const replayed = await replayOf(counted, history);
    expect(replayed.kind).toBe('differs');
    expect(begun).toBe(0);
  });

  it('refuses what is no history, and options that there are not', async () => {
    await expect(replayHistory({ workflows: [inner], history: '{}' })).rejects.toMatchObject({
      code: 'HISTORY_UNREADABLE',
    });
    const history = await historyOf(original);
    await expect(replayHistory({ workflows: [inner], history, file: 'x' } as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

describe('checkReplay', () => {
  it('throws one error that lists each history that does not replay', async () => {
    const changed = orderOf(function* () {
      yield* step('pay', () => 1);
    });
    const histories = [await historyOf(original), JSON.stringify(await historyOf(original, { ended: true }))];
    const error = (await checkReplay({ workflows: [changed], histories }).catch(
      (thrown: unknown) => thrown,
    )) as ReplayError;
    expect(error).toBeInstanceOf(ReplayError);
    expect(error.code).toBe('REPLAY_FAILED');
    expect(error.failures).toHaveLength(2);
    expect(error.message.split('\n')[0]).toBe('2 of 2 histories do not replay:');
    expect(error.message.match(/recorded: {2}#1 step "reserve"/g)).toHaveLength(2);
    expect(error.message).toContain('requested: the code asks for #1 step "pay" (at replay-history.test.ts:');
  });

  it('gives what came of each, if all replay', async () => {
    const histories = [await historyOf(original), await historyOf(original, { ended: true })];
    const replayed = await checkReplay({ workflows: [orderOf(original)], histories });
    expect(replayed.map(({ kind }) => kind)).toEqual(['waits', 'ended']);
  });
});
