/** What callers do with the client. */
import type { BulkAction } from '../../../lib/client/bulk.ts';
import type { RunFilter } from '../../../lib/client/list-runs.ts';
import type { ScheduleOptions } from '../../../lib/client/schedule-options.ts';
import type { Client } from '../../../lib/client/client.ts';
import type { PoolLimits } from '../../../lib/core/pool.ts';
import type { Attributes } from '../../../lib/core/attributes.ts';
import { LullError } from '../../../lib/core/errors.ts';
import { ForkRefusedError, RunNotFoundError } from '../../../lib/core/run-errors.ts';
import type { Run } from '../../../lib/client/run.ts';
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';

interface ActionBase {
  /** After the action before it. */
  readonly waitMs: number;
  /** Does not give up before it has an answer that is final. */
  readonly persists: boolean;
  /** By the HTTP API, not by the client. */
  readonly isOverHttp?: boolean;
}

interface Sending {
  /** Sends it again when the run has failed: somebody is to try it again. */
  readonly untilTaken?: true;
}

/** One thing that a caller does. */
export type Action = ActionBase &
  (
    | {
        readonly do: 'start';
        readonly workflow: string;
        readonly input: unknown;
        readonly delayMs?: number;
        /** Instead of the run's id, which follows from it. */
        readonly key?: string;
        /** Of another run that belongs to this plan. */
        readonly id?: string;
        readonly attributes?: Attributes;
        /** The caller takes the first turn of the run. */
        readonly takesFirstTurn?: true;
      }
    /** With a key, repeats are one signal. */
    | ({ readonly do: 'signal'; readonly name: string; readonly payload: unknown; readonly key?: string } & Sending)
    /** The callback of that name; with an error, if the payload begins with "no". */
    | { readonly do: 'complete'; readonly name: string; readonly payload: string; readonly key?: string }
    | { readonly do: 'pause' | 'resume' }
    /** A whole workflow. */
    | { readonly do: 'pause-workflow' | 'resume-workflow'; readonly workflow: string }
    | { readonly do: 'cancel'; readonly reason: string }
    | { readonly do: 'terminate'; readonly reason: string; readonly undo?: true }
    /** Under its id, repeats are one update. */
    | { readonly do: 'update'; readonly name: string; readonly input: unknown; readonly id: string }
    | { readonly do: 'query' | 'read-stream'; readonly name: string }
    /** A handler of an entity, with one argument. Under its id, repeats are one call. */
    | {
        readonly do: 'call';
        readonly entity: string;
        readonly key: string;
        readonly name: string;
        readonly input: unknown;
        readonly id: string;
      }
    /** A read of an entity. */
    | { readonly do: 'read'; readonly entity: string; readonly key: string; readonly name: string }
    /** The failed run goes on from the step that failed. */
    | { readonly do: 'retry'; readonly force?: true }
    /** Before the step of that name, under that id. */
    | { readonly do: 'fork'; readonly before: string; readonly id: string; readonly input?: unknown }
    | { readonly do: 'delete' }
    /** To all runs that the filter finds, so many of them at a time. */
    | {
        readonly do: 'bulk';
        readonly action: BulkAction;
        readonly filter: RunFilter;
        readonly limit: number;
        readonly reason: string;
      }
    /** Of the schedule of that name. With a key, repeats are one call. */
    | {
        readonly do: 'schedule';
        readonly name: string;
        readonly call: 'create' | 'pause' | 'resume' | 'trigger' | 'backfill' | 'delete';
        readonly options?: ScheduleOptions & { readonly workflow: string };
        readonly span?: { readonly sinceMs: number; readonly untilMs: number };
        readonly key?: string;
      }
    | {
        readonly do: 'pool';
        readonly pool: string;
        readonly call: 'set' | 'reset' | 'pause' | 'resume' | 'describe';
        readonly limits?: PoolLimits;
      }
    | { readonly do: 'look' }
  );

export interface ActsWith {
  readonly workflows: ReadonlyMap<string, AnyWorkflow>;
  /** The token of a callback that the journal has. */
  readonly tokenOf: (runId: string, callback: string) => string | undefined;
  /** The stepId of a step of that name that stands in the journal. */
  readonly stepIdOf: (runId: string, step: string) => string | undefined;
}

const PATIENCE_MS = 20_000;

export async function act(
  client: Client,
  runId: string,
  action: Action,
  { workflows, tokenOf, stepIdOf }: ActsWith,
): Promise<unknown> {
  switch (action.do) {
    case 'start': {
      const workflow = workflows.get(action.workflow) as AnyWorkflow;
      const options = {
        ...(action.key === undefined ? { id: action.id ?? runId } : { idempotencyKey: action.key }),
        ...(action.delayMs === undefined ? {} : { delay: action.delayMs }),
        ...(action.attributes === undefined ? {} : { attributes: action.attributes }),
      };
      const { id } = await client.start(workflow, action.input as never, options);
      if (id !== (action.id ?? runId)) throw new Error(`run "${id}" was started, and "${runId}" was wanted`);
      return undefined;
    }
    case 'signal': {
      const options = action.key === undefined ? {} : { idempotencyKey: action.key };
      await client.run(runId).signal(action.name, action.payload, options);
      return undefined;
    }
    case 'complete': {
      const token = tokenOf(runId, action.name);
      if (token === undefined) throw new RunNotFoundError(runId); // it asks again
      const options = action.key === undefined ? {} : { idempotencyKey: action.key };
      if (action.payload.startsWith('no')) await client.failCallback(token, new Error(action.payload), options);
      else await client.completeCallback(token, action.payload, options);
      return undefined;
    }
    case 'pause':
    case 'resume':
      return client.run(runId)[action.do]();
    case 'pause-workflow':
      return client.workflows.pause(action.workflow, { reason: 'for a while' });
    case 'resume-workflow':
      return client.workflows.resume(action.workflow);
    case 'cancel':
      return client.run(runId).cancel(action.reason);
    case 'terminate':
      return client.run(runId).terminate(action.reason, action.undo === undefined ? {} : { undo: true });
    case 'update':
      return client.run(runId).update(action.name, action.input, { id: action.id, timeout: PATIENCE_MS });
    case 'query':
      return client.run(runId).query(action.name);
    case 'read-stream':
      return readValues(client.run(runId), action.name);
    case 'call':
    case 'read':
      return callEntity(client, action);
    case 'retry':
      return client.run(runId).retry(action.force === undefined ? {} : { force: true });
    case 'fork': {
      const before = stepIdOf(runId, action.before);
      if (before === undefined) throw noStepYet(runId, action.before);
      const { id, input } = action;
      const fork = await client.run(runId).fork({ before, id, ...(input === undefined ? {} : { input }) });
      if (fork.id !== id) throw new Error(`run "${fork.id}" was started, and "${id}" was wanted`);
      return undefined;
    }
    case 'delete':
      return client.run(runId).delete();
    case 'bulk':
      return actInBulk(client, action);
    case 'schedule':
      return callSchedule(client, action);
    case 'pool':
      return callPool(client, action);
    case 'look':
      await client.run(runId).describe({ wait: PATIENCE_MS });
      await readAll(client.run(runId));
      return undefined;
  }
}

export function noStepYet(runId: string, step: string): Error {
  return new ForkRefusedError(runId, `there is no step "${step}" in it`);
}

async function callEntity(client: Client, action: Extract<Action, { do: 'call' | 'read' }>): Promise<unknown> {
  const { entity, key, name } = action;
  if (action.do === 'read') return client.entity(entity, key)[name]?.();
  const options = { idempotencyKey: action.id, timeout: PATIENCE_MS };
  try {
    return await client.entity(entity, key, options)[name]?.(action.input);
  } catch (error) {
    if (error instanceof RangeError) throw new LullError('UPDATE_FAILED', error.message); // as it is told over HTTP
    throw error;
  }
}

/** Page after page. What came of each run. */
async function actInBulk(
  client: Client,
  { action, filter, limit, reason }: Extract<Action, { do: 'bulk' }>,
): Promise<unknown> {
  const options = action === 'cancel' || action === 'terminate' ? { limit, reason } : { limit };
  const results: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.bulkPage(action, filter, { ...options, cursor });
    for (const { id, done, error } of page.results) {
      results.push({ id, done, ...(error === undefined ? {} : { code: error.code }) });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return results;
}

async function callSchedule({ schedules }: Client, action: Extract<Action, { do: 'schedule' }>): Promise<unknown> {
  const { name, call, options, span, key } = action;
  switch (call) {
    case 'create':
      if (options === undefined) throw new Error(`schedule "${name}" is nothing`);
      return schedules.create(name, options);
    case 'trigger':
      return schedules.trigger(name, { idempotencyKey: key });
    case 'backfill': {
      const { sinceMs = 0, untilMs = 1 } = span ?? {};
      return schedules.backfill(name, { since: new Date(sinceMs), until: new Date(untilMs), idempotencyKey: key });
    }
    default:
      return schedules[call](name);
  }
}

async function callPool({ pools }: Client, action: Extract<Action, { do: 'pool' }>): Promise<unknown> {
  const { pool, call, limits = {} } = action;
  if (call === 'set') return pools.set(pool, limits);
  return pools[call](pool);
}

/** All that is there now, place by place. */
async function readValues(run: Run<unknown>, name: string): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const { seq, value } of run.stream(name)) {
    if (seq !== values.length + 1) throw new Error(`place ${seq} of stream "${name}" follows ${values.length}`);
    values.push(value);
  }
  return values;
}

/** Values are decoded when they are read. */
async function readAll(run: Run<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const event of run.history()) values.push(event.value);
  return values;
}
