import { expect, describe, it } from 'vitest';
import { signal, sleep, step, workflow } from 'lull';
import type { EngineEvent, TurnEnded } from '../../lib/ports/observer.ts';
import { KeptLog } from '../client/client-world.ts';
import { SmallCloud, START_MS, type Workflows, type WorkerOptions } from './small-cloud.ts';

const goOn = signal<number>('go-on');

const checkout = workflow('checkout', function* (id: string) {
  const receipt = yield* step('charge', () => `receipt of ${id}`);
  const by = yield* goOn.receive();
  yield* step('mail', () => by);
  return receipt;
});

function watched(workflows: Workflows, options: WorkerOptions = {}) {
  const cloud = new SmallCloud(workflows);
  const events: EngineEvent[] = [];
  const worker = (): ReturnType<SmallCloud['worker']> =>
    cloud.worker({ observe: (event) => void events.push(event), ...options });
  const lastTurn = (): TurnEnded => events.filter((event) => event.kind === 'turn-ended').at(-1)!;
  return { cloud, events, worker, lastTurn };
}

describe('who looks on', () => {
  it('is told of a turn when it begins and when it ends, with what it did', async () => {
    const { cloud, events, worker } = watched([checkout]);
    const run = await cloud.client.start(checkout, 'o1');
    await worker().turn(run.id);
    const common = { runId: run.id, workflow: 'checkout', epoch: 1, atMs: START_MS, takesOver: false };
    expect(events).toEqual([
      { kind: 'turn-began', ...common },
      {
        kind: 'turn-ended',
        ...common,
        beganAtMs: START_MS,
        outcome: 'suspended',
        errorName: undefined,
        startsRun: true,
        replayedEvents: 0,
        stepsBegun: 1,
        stepRetries: 0,
      },
    ]);
  });

  it('is told nothing of a turn that was nobody’s to take', async () => {
    const { events, worker } = watched([checkout]);
    await worker().turn('nobody');
    expect(events).toEqual([]);
  });

  it('is told how many events were replayed: none by the worker that has the run in memory', async () => {
    const { cloud, worker, lastTurn } = watched([checkout]);
    for (const [isSame, replayedEvents] of [
      [true, 0],
      [false, 2], // started, step-completed
    ] as const) {
      const run = await cloud.client.start(checkout, 'o1');
      const first = worker();
      await first.turn(run.id);
      await run.signal(goOn, 1);
      await (isSame ? first : worker()).turn(run.id);
      expect(lastTurn()).toMatchObject({ outcome: 'completed', replayedEvents, stepsBegun: 1, startsRun: false });
    }
  });

  it('is told of attempts that were begun again', async () => {
    let failures = 2;
    const shaky = workflow('shaky', function* () {
      yield* step('charge', { retry: { maxAttempts: 5, firstDelay: 0 } }, () => {
        if (failures-- > 0) throw new Error('busy');
      });
    });
    const { cloud, worker, lastTurn } = watched([shaky]);
    const run = await cloud.client.start(shaky);
    await worker().turn(run.id);
    expect(lastTurn()).toMatchObject({ outcome: 'completed', stepsBegun: 3, stepRetries: 2 });
  });

  it('is told of a takeover, also of one that begins the journal', async () => {
    const { cloud, events, worker, lastTurn } = watched([checkout]);
    const run = await cloud.client.start(checkout, 'o1');
    const lease = { owner: 'dead', expiresAtMs: START_MS + 1_000 };
    await cloud.table.take(run.id, { lease, nowMs: START_MS, dueByMs: START_MS });
    cloud.pass(2_000);
    await worker().turn(run.id);
    expect(events[0]).toMatchObject({ kind: 'turn-began', takesOver: true, epoch: 2 });
    expect(lastTurn()).toMatchObject({ takesOver: true, startsRun: true, outcome: 'suspended' });
  });

  it('is told each time when a blocked run is looked at', async () => {
    const other = workflow('checkout', function* () {
      yield* sleep('1 day');
    });
    const { cloud, worker, lastTurn } = watched([checkout]);
    const observed: EngineEvent[] = [];
    const run = await cloud.client.start(checkout, 'o1');
    await worker().turn(run.id);
    await run.signal(goOn, 1);
    for (const pauseMs of [0, 10_000]) {
      cloud.pass(pauseMs);
      await cloud.worker({ workflows: [other], observe: (event) => void observed.push(event) }).turn(run.id);
    }
    expect(observed.filter(({ kind }) => kind === 'turn-ended')).toMatchObject([
      { outcome: 'blocked', errorName: 'NondeterminismError' },
      { outcome: 'blocked', errorName: 'NondeterminismError' },
    ]);
    await worker().turn(run.id); // not due yet
    expect(lastTurn().outcome).toBe('suspended');
  });

  it('is told of a run that is not begun yet, that failed, was cancelled, terminated', async () => {
    const { cloud, worker, lastTurn } = watched([
      checkout,
      workflow('failing', function* () {
        throw new RangeError('no');
      }),
    ]);
    const late = await cloud.client.start(checkout, 'o1', { delay: '1 day' });
    await cloud.table.accept(late.id, 'm1', 9); // wakes it, and says nothing
    await cloud.table.putMessage(late.id, { id: 'm1', kind: 'signal', name: 'x', payload: 1 });
    await worker().turn(late.id);
    expect(lastTurn()).toMatchObject({ outcome: 'pending', startsRun: false });

    const failing = await cloud.client.start('failing');
    await worker().turn(failing.id);
    expect(lastTurn()).toMatchObject({ outcome: 'failed', startsRun: true, errorName: undefined });

    for (const [stop, outcome] of [
      ['cancel', 'cancelled'],
      ['terminate', 'terminated'],
    ] as const) {
      const run = await cloud.client.start(checkout, 'o1');
      await worker().turn(run.id);
      await run[stop]();
      await worker().turn(run.id);
      expect(lastTurn()).toMatchObject({ outcome });
    }
  });

  it('is told of a turn that was taken over meanwhile, and of one that ended in an error', async () => {
    const { cloud, worker, lastTurn } = watched([checkout], {
      around: ({ operation }, go) => (operation === 'putRecord' ? Promise.reject(new RangeError('no capacity')) : go()),
    });
    const run = await cloud.client.start(checkout, 'o1');
    await expect(worker().turn(run.id)).rejects.toThrow('no capacity');
    expect(lastTurn()).toMatchObject({ outcome: 'error', errorName: 'RangeError', startsRun: false });

    const lost = watched([checkout], {
      around: async ({ operation, runId }, go) => {
        if (operation === 'putRecord') {
          const nonce = 'other';
          const entries = [{ kind: 'started', atMs: START_MS, version: 'x' }] as const;
          await lost.cloud.table.putRecord(runId!, { number: 1, epoch: 2, nonce, entries });
        }
        return go();
      },
    });
    const other = await lost.cloud.client.start(checkout, 'o1');
    await lost.worker().turn(other.id);
    expect(lost.lastTurn()).toMatchObject({ outcome: 'dropped', startsRun: false });
  });

  it('is told by a sweep which runs are due, and since when as far as the table tells', async () => {
    const { cloud, events, worker } = watched([checkout]);
    const pending = await cloud.client.start(checkout, 'o1');
    const dead = await cloud.client.start(checkout, 'o2');
    const lease = { owner: 'dead', expiresAtMs: START_MS + 20_000 };
    await cloud.table.take(dead.id, { lease, nowMs: START_MS, dueByMs: START_MS });
    const signalled = await cloud.client.start(checkout, 'o3');
    const one = worker();
    await one.turn(signalled.id);
    await signalled.signal(goOn, 1);
    cloud.pass(60_000);
    events.length = 0;
    await one.sweep();
    const atMs = START_MS + 60_000;
    expect(events).toHaveLength(3);
    expect(events).toEqual(
      expect.arrayContaining([
        { kind: 'due-run-found', runId: pending.id, atMs, sinceMs: START_MS },
        { kind: 'due-run-found', runId: dead.id, atMs, sinceMs: START_MS + 20_000 },
        { kind: 'due-run-found', runId: signalled.id, atMs, sinceMs: undefined },
      ]),
    );
  });
});

describe('an observer that fails', () => {
  it.each([
    [
      'throws',
      (): void => {
        throw new Error('no space left');
      },
    ],
    ['rejects', (): Promise<void> => Promise.reject(new Error('no space left'))],
  ])('by what it %s changes nothing, and is in the log', async (_how, observe) => {
    const cloud = new SmallCloud([checkout]);
    const run = await cloud.client.start(checkout, 'o1');
    const log = new KeptLog();
    await run.signal(goOn, 1);
    expect(await cloud.worker({ observe, log }).turn(run.id)).toEqual({ kind: 'ended', status: 'completed' });
    expect(log.lines).toEqual([
      [
        'warn',
        'an observer of the engine threw; it is ignored',
        { event: 'turn-began', error: new Error('no space left') },
      ],
      [
        'warn',
        'an observer of the engine threw; it is ignored',
        { event: 'turn-ended', error: new Error('no space left') },
      ],
    ]);
  });
});
