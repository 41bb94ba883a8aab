// Suspicion: an answer tells of a run that its caller did not ask for: who may start one workflow, and knows or guesses
// the id of another workflow's run, gets its input, its result, or its workflow's name.
import { expect, it } from 'vitest';
import { workflow } from '../../lib/api/workflow.ts';
import { Client } from '../../lib/client/client.ts';
import { runIdFromKey } from '../../lib/client/identifiers.ts';
import { startScheduled } from '../../lib/client/start-scheduled.ts';
import { toClientPorts } from '../../lib/client/client-ports.ts';
import { createApi, ROUTES } from '../../lib/http/api.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { createWorld, endRun, type World } from '../client/client-world.ts';
import { ask, problemOf, type Answered } from '../http/api-world.ts';

const payroll = workflow('payroll', function* (_: { readonly name: string }) {});
const greet = workflow('greet', function* (name: string) {
  return `Hello, ${name}`;
});
const workflows = [payroll, greet];

interface Case extends World {
  ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: string,
    headers?: Record<string, string>,
  ): Promise<Answered>;
}

/** A payroll run `r1` with a secret in all that it has: running, or ended. */
async function payrollRun({ ended = false, id = 'r1' } = {}): Promise<Case> {
  const world = createWorld({ workflows });
  await world.client.start(payroll, { name: 'SECRET input' }, { id });
  await world.client.run(id).signal('raise', 'SECRET payload', { idempotencyKey: 'k1' });
  if (ended) await endRun(world.store, id, { status: 'completed', value: 'SECRET result' });
  const api = createApi({ client: world.client, workflows: ['greet', 'payroll'], log: world.log });
  return {
    ...world,
    ask: (method, path, body, headers = {}) =>
      ask(api, path, { method, headers, ...(body === undefined ? {} : { body }) }),
  };
}

/** All that an answer says. */
function textOf({ headers, body }: Answered): string {
  return JSON.stringify([...headers]) + JSON.stringify(body);
}

/** For each route, what it says to somebody who does not ask for the payroll run. */
const routes: Record<string, () => Promise<void>> = {
  async startRun() {
    const same = '{"name":"SECRET input"}';
    const details = new Set<string>();
    for (const ended of [false, true]) {
      const world = await payrollRun({ ended });
      for (const query of ['', '&onConflict=fail', '&onConflict=use-existing', '&onConflict=use-existing&wait=1s']) {
        for (const body of ['"x"', same]) {
          const answer = await world.ask('POST', `/workflows/greet/runs?id=r1${query}`, body);
          expect(problemOf(answer)).toMatchObject({ status: 409, code: 'RUN_ID_TAKEN' });
          expect(textOf(answer)).not.toMatch(/SECRET|payroll|completed|pending|location/);
          details.add(problemOf(answer).detail);
        }
      }
    }
    expect([...details]).toEqual(['the run id "r1" is taken, and not by a run of workflow "greet": choose another id']);
  },

  async listRuns() {
    const world = await payrollRun();
    await world.client.start(greet, 'Ada', { id: 'g1' });
    const all = await world.ask('GET', '/runs?workflow=payroll&limit=1');
    const { cursor = '999999999999999#' } = all.body as { cursor?: string };
    for (const query of ['', `&cursor=${encodeURIComponent(cursor)}`, '&cursor=999999999999999%23zzzz']) {
      const answer = await world.ask('GET', `/runs?workflow=greet${query}`);
      expect(answer.status).toBe(200);
      expect(textOf(answer)).not.toMatch(/r1|payroll/);
    }
    for (const cursor of ['payroll%230', '999999999999999%23zz%00', 'x']) {
      const answer = await world.ask('GET', `/runs?workflow=greet&cursor=${cursor}`);
      expect(problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
    }
  },

  async listWorkflows() {
    expect(textOf(await (await payrollRun()).ask('GET', '/workflows'))).not.toMatch(/r1|SECRET/);
  },

  async describeWorkflow() {
    const answer = await (await payrollRun()).ask('GET', '/workflows/payroll');
    expect(answer.body).toEqual({ name: 'payroll', paused: false });
    expect(textOf(answer)).not.toMatch(/r1|SECRET/);
  },

  /** That a workflow is paused is no secret of its runs. */
  async pauseWorkflow() {
    const answer = await (await payrollRun()).ask('POST', '/workflows/payroll/pause', '{"reason":"x"}');
    expect(answer.status).toBe(200);
    expect(textOf(answer)).not.toMatch(/r1|SECRET/);
  },

  async resumeWorkflow() {
    const answer = await (await payrollRun()).ask('POST', '/workflows/payroll/resume');
    expect(answer.body).toEqual({ name: 'payroll', paused: false });
  },

  async describeRun() {
    const answer = await (await payrollRun()).ask('GET', '/runs/r');
    expect(problemOf(answer)).toMatchObject({ status: 404, code: 'RUN_NOT_FOUND' });
    expect(textOf(answer)).not.toMatch(/r1|SECRET|payroll/);
  },

  async readHistory() {
    const answer = await (await payrollRun()).ask('GET', '/runs/r/history?limit=1&cursor=0');
    expect(problemOf(answer)).toMatchObject({ status: 404, code: 'RUN_NOT_FOUND' });
    expect(textOf(answer)).not.toMatch(/r1|SECRET|payroll/);
  },

  /** A key is of one run and one signal: another run does not answer that it has the signal. */
  async signalRun() {
    const world = await payrollRun({ ended: true });
    await world.client.start(greet, 'Ada', { id: 'g1' });
    await endRun(world.store, 'g1', { status: 'completed', value: 1 });
    const answer = await world.ask('POST', '/runs/g1/signals/raise', '"SECRET payload"', { 'idempotency-key': 'k1' });
    expect(problemOf(answer)).toMatchObject({ status: 409, code: 'RUN_ENDED' });
    expect(textOf(answer)).not.toMatch(/r1|payroll|SECRET/);
  },

  async cancelRun() {
    await expectNoWordOfTheEnd('cancel');
  },

  async terminateRun() {
    await expectNoWordOfTheEnd('terminate');
  },

  async pauseRun() {
    await expectNoWordOfTheEnd('pause');
  },

  async resumeRun() {
    await expectNoWordOfTheEnd('resume');
  },

  async retryRun() {
    const world = await payrollRun({ ended: true });
    const answer = await world.ask('POST', '/runs/r1/retry');
    expect(problemOf(answer)).toMatchObject({ status: 409, code: 'NOT_FAILED' });
    expect(textOf(answer)).not.toMatch(/SECRET|payroll/);
  },

  /** Also where the id that is to be the fork's is that of another workflow's run. */
  async forkRun() {
    const world = await payrollRun({ ended: true });
    const refused = await world.ask('POST', '/runs/r1/fork', '{"before":"pay#1"}');
    expect(problemOf(refused)).toMatchObject({ status: 422, code: 'FORK_REFUSED' });
    expect(textOf(refused)).not.toMatch(/SECRET|payroll/);
  },

  async queryRun() {
    await expectNotFound('GET', '/runs/r/queries/salary');
  },

  async queryRunWithArguments() {
    await expectNotFound('POST', '/runs/r/queries/salary');
  },

  async updateRun() {
    await expectNotFound('POST', '/runs/r/updates/raise');
  },

  async deleteRun() {
    const answer = await (await payrollRun({ ended: true })).ask('DELETE', '/runs/r');
    expect(problemOf(answer)).toMatchObject({ status: 404, code: 'RUN_NOT_FOUND' });
    expect(textOf(answer)).not.toMatch(/r1|SECRET|payroll/);
  },

  async exportHistory() {
    await expectNotFound('GET', '/runs/r/export');
  },

  async cancelAll() {
    await expectOnlyTheFiltered('cancel');
  },

  async terminateAll() {
    await expectOnlyTheFiltered('terminate');
  },

  async retryAll() {
    await expectOnlyTheFiltered('retry');
  },

  async deleteAll() {
    await expectOnlyTheFiltered('delete');
  },

  async createSchedule() {
    const body = JSON.stringify({ name: 'r1', workflow: 'greet', input: 'Ada', schedule: 'rate(1 hour)' });
    const answer = await (await payrollRun()).ask('POST', '/schedules', body);
    expect(textOf(answer)).not.toMatch(/SECRET|payroll/);
  },

  async listSchedules() {
    const answer = await (await payrollRun()).ask('GET', '/schedules');
    expect(textOf(answer)).not.toMatch(/r1|SECRET|payroll/);
  },

  async describeSchedule() {
    await expectNoSchedule('GET', '');
  },

  async deleteSchedule() {
    await expectNoSchedule('DELETE', '');
  },

  async pauseSchedule() {
    await expectNoSchedule('POST', '/pause');
  },

  async resumeSchedule() {
    await expectNoSchedule('POST', '/resume');
  },

  async triggerSchedule() {
    await expectNoSchedule('POST', '/trigger');
  },

  async backfillSchedule() {
    const span = JSON.stringify({ since: '2026-11-01T00:00:00Z', until: '2026-11-02T00:00:00Z' });
    await expectNoSchedule('POST', '/backfill', span);
  },

  async signalWithStart() {
    await expectTaken('signals');
  },

  async updateWithStart() {
    await expectTaken('updates');
  },

  async completeCallback() {
    await expectForged('');
  },

  async failCallback() {
    await expectForged('/fail');
  },

  async heartbeatCallback() {
    await expectForged('/heartbeat');
  },

  async readStream() {
    await expectNotFound('GET', '/runs/r/streams/salary');
  },

  async readEntity() {
    await expectNoEntity('GET', 'salary');
  },

  async callEntity() {
    await expectNoEntity('POST', 'raise');
  },

  async listPools() {
    const answer = await (await payrollRun()).ask('GET', '/pools');
    expect(answer).toMatchObject({ status: 200, body: { pools: [] } });
    expect(textOf(answer)).not.toMatch(/r1|SECRET|payroll/);
  },

  async describePool() {
    await expectNoPool('GET', '');
  },

  async setPool() {
    await expectNoPool('POST', '', '{"concurrency":1}');
  },

  async pausePool() {
    await expectNoPool('POST', '/pause');
  },

  async resumePool() {
    await expectNoPool('POST', '/resume');
  },

  async resetPool() {
    await expectNoPool('POST', '/reset');
  },
};

/** A run is no pool, whatever its id. */
async function expectNoPool(method: 'GET' | 'POST', verb: string, body?: string): Promise<void> {
  const answer = await (await payrollRun()).ask(method, `/pools/r1${verb}`, body);
  expect(problemOf(answer)).toMatchObject({ status: 404, code: 'POOL_NOT_FOUND' });
  expect(textOf(answer)).not.toMatch(/SECRET|payroll/);
}

/** A run is no entity, though its id is that of one, nor if an entity had the name of its workflow. */
async function expectNoEntity(method: 'GET' | 'POST', call: string): Promise<void> {
  const world = await payrollRun({ id: 'account:r1' });
  for (const name of ['account', 'payroll']) {
    const answer = await world.ask(method, `/entities/${name}/r1/${call}`, ...(method === 'POST' ? ['1'] : []));
    expect(problemOf(answer)).toMatchObject({ status: 404, code: 'UNKNOWN_ENTITY' });
    expect(textOf(answer)).not.toMatch(/SECRET|salary of/);
  }
}

/** A run is no schedule, whatever its id. */
async function expectNoSchedule(method: 'GET' | 'POST' | 'DELETE', verb: string, body?: string): Promise<void> {
  const answer = await (await payrollRun()).ask(method, `/schedules/r1${verb}`, body);
  expect(problemOf(answer)).toMatchObject({ status: 404, code: 'SCHEDULE_NOT_FOUND' });
  expect(textOf(answer)).not.toMatch(/SECRET|payroll/);
}

async function expectOnlyTheFiltered(action: 'cancel' | 'terminate' | 'retry' | 'delete'): Promise<void> {
  const world = await payrollRun({ ended: action === 'delete' });
  const answer = await world.ask('POST', `/bulk/${action}`, JSON.stringify({ filter: { workflow: 'greet' } }));
  expect(answer).toMatchObject({ status: 200, body: { results: [] } });
  expect(textOf(answer)).not.toMatch(/r1|SECRET|payroll/);
}

async function expectNotFound(method: 'GET' | 'POST', path: string): Promise<void> {
  const world = await payrollRun();
  const answer = await (method === 'GET' ? world.ask(method, path) : world.ask(method, path, '1'));
  expect(problemOf(answer)).toMatchObject({ status: 404, code: 'RUN_NOT_FOUND' });
  expect(textOf(answer)).not.toMatch(/r1|SECRET|payroll/);
}

/** The id of another workflow's run, with a message for it. */
async function expectTaken(what: 'signals' | 'updates'): Promise<void> {
  for (const ended of [false, true]) {
    const world = await payrollRun({ ended });
    const body = JSON.stringify(what === 'signals' ? { input: 'Ada', payload: 1 } : { input: 'Ada', args: 1 });
    const answer = await world.ask('POST', `/workflows/greet/runs/r1/${what}/raise`, body);
    expect(problemOf(answer)).toMatchObject({ status: 409, code: 'RUN_ID_TAKEN' });
    expect(textOf(answer)).not.toMatch(/SECRET|payroll|completed|pending|location/);
  }
}

/** A token of nobody's, and one that names the run and was made without its secret. */
async function expectForged(path: string): Promise<void> {
  const world = await payrollRun();
  const naming = Buffer.from(JSON.stringify(['r1', 1, null, 1])).toString('base64url');
  for (const token of ['forged', `${naming}.${'A'.repeat(43)}`]) {
    const answer = await world.ask('POST', `/callbacks/${token}${path}`, '1');
    expect(problemOf(answer)).toMatchObject({ status: 401, code: 'INVALID_TOKEN' });
    expect(textOf(answer)).not.toMatch(/r1|SECRET|payroll/);
  }
}

/** Who may cancel a run need not be one who may read it. */
async function expectNoWordOfTheEnd(verb: string): Promise<void> {
  const world = await payrollRun({ ended: true });
  const answer = await world.ask('POST', `/runs/r1/${verb}`, '{"reason":"x"}');
  expect(problemOf(answer)).toMatchObject({ status: 409, code: 'RUN_ENDED' });
  expect(textOf(answer)).not.toMatch(/SECRET|payroll/);
}

it.each(ROUTES.map(({ operationId }) => operationId))('%s says nothing of a run that was not asked for', async (id) => {
  expect(Object.keys(routes)).toContain(id);
  await routes[id]?.();
});

it('an idempotency key whose run id another workflow has taken gives no run of that workflow', async () => {
  const world = await payrollRun({ id: runIdFromKey('greet', 'k1') });
  await expect(world.client.start(greet, 'Ada', { idempotencyKey: 'k1' })).rejects.toMatchObject({
    code: 'RUN_ID_TAKEN',
    message: expect.not.stringMatching(/payroll|SECRET/) as string,
  });
});

it('a start that waits does not answer with the run that took the id after a purge', async () => {
  const world = await payrollRun();
  await world.client.start(greet, 'Ada', { id: 'g1' });
  const store = aroundStore(world.store, async ({ operation, runId }, go) =>
    operation === 'readRun' && runId === 'g1'
      ? ((await world.store.readRun('r1')) as Awaited<ReturnType<typeof go>>)
      : go(),
  );
  const client = new Client({ workflows, store, wakes: world.wakes, clock: world.clock, log: world.log });
  const api = createApi({ client, workflows: ['greet'], log: world.log });
  const answer = await ask(api, '/workflows/greet/runs?id=g1&wait=1s', { method: 'POST', body: '"Ada"' });
  expect(problemOf(answer)).toMatchObject({ status: 404, code: 'RUN_NOT_FOUND' });
  expect(textOf(answer)).not.toMatch(/SECRET|payroll/);
});

it("a schedule whose run id another workflow has taken fails, and does not take that workflow's run for its own", async () => {
  const scheduledAt = '2026-11-22T03:00:00Z';
  const world = await payrollRun({ id: `nightly:${scheduledAt}` });
  const { store, wakes, clock, log } = world;
  const ports = toClientPorts({ workflows, store, wakes, clock, log }, {});
  const request = { schedule: 'nightly', scheduledAt, workflow: 'greet', input: 'Ada', overlap: 'allow' } as const;
  await expect(startScheduled(ports, request)).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' });
});
