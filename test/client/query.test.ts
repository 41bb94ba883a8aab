/** Queries of a client that replays runs itself, as one outside of the engine's functions does. */
import { createRunOperations } from '../../lib/client/run-operations.ts';
import { query, signal, sleep, step, workflow } from 'lull';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../lib/core/workflow-registry.ts';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { meterWrites } from '../../lib/dynamodb/write-meter.ts';
import { createEngine } from '../../lib/engine/engine.ts';
import { SystemClock } from '../../lib/memory/system-clock.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Store } from '../../lib/ports/store.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { collect, createWorld, type World } from './client-world.ts';

const status = query<string>('status');
const size = query<number, string>('size');
const note = signal<string>('note');

const notebook = workflow('notebook', function* (owner: string) {
  const notes: string[] = [];
  status.handle(() => `${owner} has ${notes.length}`);
  size.handle((prefix) => notes.filter((each) => each.startsWith(prefix)).length);
  for (;;) {
    const text = yield* note.receive();
    if (text === 'end') return notes;
    notes.push(text);
    yield* step('file', () => undefined);
  }
});
const idle = workflow('idle', function* () {
  yield* sleep('1 day');
});

async function takeTurn(
  { wakes, log }: World,
  store: Store,
  runId: string,
  clock: Clock = new SystemClock(),
): Promise<void> {
  const ports = { registry: createRegistry([notebook, idle]), store, wakes, clock, log };
  const engine = createEngine({
    ...{
      ...ports,
      operations: createRunOperations(ports),
      newNonce: () => `n${Math.random()}`,
      newSeed: () => 'seed',
      random: Math.random,
    },
  });
  await engine.takeTurn({ runId, deadlineAtMs: Infinity });
}

describe('a client that knows the workflows', () => {
  it('answers from the table, and gives the store nothing to write', async () => {
    const server = await startTableServer();
    const dynamodb = server.newClient();
    try {
      const writes = meterWrites(dynamodb);
      const read: [string, number][] = [];
      const store = createDynamodbStore({
        tableName: await server.newTable(),
        client: dynamodb,
        onConsumedCapacity: (operation, { CapacityUnits = 0 }) => read.push([operation, CapacityUnits]),
      });
      const world = createWorld({ workflows: [notebook], store, clock: new SystemClock() });
      const run = await world.client.start(notebook, 'Ada', { id: 'r1' });
      await takeTurn(world, store, 'r1');
      await run.signal(note, 'a tea');
      await takeTurn(world, store, 'r1');
      writes.length = 0;
      read.length = 0;
      expect([await run.query(status), await run.query(size, 'a'), await run.query(size, 'b')]).toEqual([
        'Ada has 1',
        1,
        0,
      ]);
      expect(writes).toEqual([]);
      // One unit for the run item, and one for each 4 KB of journal.
      expect(read.map(([operation]) => operation)).toEqual(Array(3).fill(['readRun', 'loadRecords']).flat());
      expect(read.every(([, units]) => units <= 1)).toBe(true);
    } finally {
      dynamodb.destroy();
      await server.close();
    }
  });

  it('reads an input that has an item of its own', async () => {
    const world = createWorld({ workflows: [notebook] });
    const run = await world.client.start(notebook, 'A'.repeat(1_000));
    await takeTurn(world, world.store, run.id, world.clock);
    expect(await run.query(status)).toBe(`${'A'.repeat(1_000)} has 0`);
  });

  it('asks by name, and says which queries there are', async () => {
    const world = createWorld({ workflows: [notebook] });
    const run = await world.client.start(notebook, 'Ada');
    await takeTurn(world, world.store, run.id, world.clock);
    expect(await world.client.run(run.id).query('size', 'a')).toBe(0);
    await expect(world.client.run(run.id).query('sise')).rejects.toMatchObject({
      code: 'UNKNOWN_QUERY',
      message: expect.stringContaining('did you mean "size"?') as string,
    });
  });

  it('raises RUN_NOT_BEGUN before the first record, also while a worker has the lease', async () => {
    const world = createWorld({ workflows: [notebook] });
    const run = await world.client.start(notebook, 'Ada');
    await expect(run.query(status)).rejects.toMatchObject({ code: 'RUN_NOT_BEGUN' });
    await world.store.take(run.id, { lease: { owner: 'w', expiresAtMs: Infinity }, nowMs: 0, dueByMs: 0 });
    await expect(run.query(status)).rejects.toMatchObject({ code: 'RUN_NOT_BEGUN' });
  });

  it('asks while a worker has the lease, and the lease stays', async () => {
    const world = createWorld({ workflows: [notebook] });
    const run = await world.client.start(notebook, 'Ada');
    await takeTurn(world, world.store, run.id, world.clock);
    await run.signal(note, 'a tea');
    const lease = { owner: 'w', expiresAtMs: world.clock.nowMs() + 30_000 };
    await world.store.take(run.id, { lease, nowMs: world.clock.nowMs(), dueByMs: world.clock.nowMs() });
    expect(await run.query(status)).toBe('Ada has 0'); // accepted, and not recorded yet
    expect((await world.store.readRun(run.id))?.lease).toEqual(lease);
  });

  it('refuses a journal that was changed by hand', async () => {
    const world = createWorld({ workflows: [notebook] });
    const run = await world.client.start(notebook, 'Ada');
    await world.store.putRecord(run.id, { number: 1, epoch: 1, nonce: 'n', entries: [{ kind: 'odd' } as never] });
    await expect(run.query(status)).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
  });

  it('refuses arguments that cannot be stored, are too large, or have no name to go to', async () => {
    const world = createWorld({ workflows: [notebook] });
    const run = await world.client.start(notebook, 'Ada');
    await takeTurn(world, world.store, run.id, world.clock);
    await expect(run.query('size', () => 1)).rejects.toMatchObject({ code: 'UNSERIALIZABLE_VALUE' });
    await expect(run.query('size', 'x'.repeat(6_000_000))).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    await expect(run.query('')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(run.query(undefined as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('leaves the globals of its process as they are', async () => {
    const before = [Math.random, Date, setTimeout, globalThis.fetch];
    const world = createWorld({ workflows: [idle] });
    const run = await world.client.start(idle);
    await takeTurn(world, world.store, run.id, world.clock);
    await expect(run.query(status)).rejects.toMatchObject({ code: 'UNKNOWN_QUERY' });
    expect(before.map((one) => typeof one)).toEqual(Array(4).fill('function'));
    expect(Math.abs(Date.now() - new Date().getTime())).toBeLessThan(1_000);
  });
});

describe('a client without workflows', () => {
  it('says what it lacks, and can do all else', async () => {
    const world = createWorld({ workflows: [notebook] });
    const stranger = world.clientWith({ workflows: undefined });
    await world.client.start(notebook, 'Ada', { id: 'r1' });
    await expect(stranger.run('r1').query(status)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('new Client({ workflows })') as string,
    });
    expect((await collect(stranger.run('r1').history())).length).toBe(0);
  });
});
