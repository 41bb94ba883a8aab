import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toClientPorts } from '../../lib/client/client-ports.ts';
import { startScheduled, type ScheduledRequest } from '../../lib/client/start-scheduled.ts';
import { workflow } from '../../lib/index.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld, endRun, takeWakes, type World } from './client-world.ts';

const report = workflow('report', { input: z.object({ days: z.number() }) }, function* () {});

const at = (hour: number) => `2026-11-22T0${hour}:00:00Z`;
const idAt = (hour: number) => `nightly:${at(hour)}`;

function request(hour: number, given: Partial<ScheduledRequest> = {}): ScheduledRequest {
  return {
    schedule: 'nightly',
    scheduledAt: at(hour),
    workflow: 'report',
    input: { days: 7 },
    overlap: 'skip',
    ...given,
  };
}

function portsOf({ store, wakes, clock, log }: World) {
  return toClientPorts({ workflows: [report], store, wakes, clock, log }, {});
}

describe('a schedule', () => {
  it('starts one run for a time, however often it is asked', async () => {
    const world = createWorld();
    for (const overlap of ['skip', 'allow'] as const) {
      for (let twice = 0; twice < 2; twice += 1) {
        expect(await startScheduled(portsOf(world), request(3, { overlap }))).toEqual({
          kind: 'started',
          runId: idAt(3),
        });
      }
    }
    expect(await world.client.count({ workflow: 'report' })).toBe(1);
    expect(takeWakes(world)[0]).toEqual({ runId: idAt(3), inMs: 0 });
  });

  it('skips while the last run goes on, and starts again when that has ended', async () => {
    const world = createWorld();
    const ports = portsOf(world);
    await startScheduled(ports, request(3));
    expect(await startScheduled(ports, request(4))).toEqual({ kind: 'skipped', lastRunId: idAt(3) });
    expect(await startScheduled(ports, request(5))).toEqual({ kind: 'skipped', lastRunId: idAt(3) });
    await endRun(world.store, idAt(3), { status: 'completed', value: null });
    expect(await startScheduled(ports, request(6))).toEqual({ kind: 'started', runId: idAt(6) });
    expect(await startScheduled(ports, request(7))).toEqual({ kind: 'skipped', lastRunId: idAt(6) });
  });

  it('starts another run meanwhile if it may', async () => {
    const world = createWorld();
    await startScheduled(portsOf(world), request(3, { overlap: 'allow' }));
    expect(await startScheduled(portsOf(world), request(4, { overlap: 'allow' }))).toMatchObject({ kind: 'started' });
    expect(await world.client.count({ workflow: 'report' })).toBe(2);
  });

  it('does not wait for runs of another schedule, or of none', async () => {
    const world = createWorld();
    await startScheduled(portsOf(world), request(3, { schedule: 'weekly' }));
    await world.client.start('report', { days: 1 });
    expect(await startScheduled(portsOf(world), request(3))).toMatchObject({ kind: 'started' });
  });

  it('goes on where a start before was cut off', async () => {
    const world = createWorld();
    const store = aroundStore(world.store, ({ operation }, go) =>
      operation === 'createRun' ? Promise.reject(new Error('killed')) : go(),
    );
    const ports = toClientPorts({ workflows: [report], store, wakes: world.wakes, clock: world.clock }, {});
    await expect(startScheduled(ports, request(3))).rejects.toThrow('killed');
    expect(await startScheduled(portsOf(world), request(4))).toEqual({ kind: 'started', runId: idAt(4) });
  });

  it('checks the input by the workflow’s schema, and the workflow by its name', async () => {
    const ports = portsOf(createWorld());
    await expect(startScheduled(ports, request(3, { input: { days: 'seven' } }))).rejects.toThrow(
      'the input of workflow "report"',
    );
    await expect(startScheduled(ports, request(3, { workflow: 'reprot' }))).rejects.toThrow('did you mean "report"?');
  });

  it.each([
    [{ schedule: 'every night' }, `a schedule's name cannot be "every night"`],
    [{ scheduledAt: '<aws.scheduler.scheduled-time>' }, 'schedule "nightly" is for no time: scheduledAt is'],
    [{ overlap: undefined }, `schedule "nightly" has no overlap`],
    [{ overlap: 'queue' }, `overlap cannot be "queue": choose one of 'allow', 'skip'`],
    [{ extra: 1 }, 'a schedule has no option "extra"'],
  ])('refuses a request with %o', async (given, message) => {
    const wrong = request(3, given as Partial<ScheduledRequest>);
    await expect(startScheduled(portsOf(createWorld()), wrong)).rejects.toThrow(message);
  });
});
