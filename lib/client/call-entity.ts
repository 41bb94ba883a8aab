/**
 * Calls of entities from outside. A handler's call is an update of the entity's run, which is begun if there is none; a read
 * is a query, which is answered from what `initial` gives where there is none.
 */
import type { Duration } from '../core/duration.ts';
import { type AnyEntity, type EntityDefinition, NEW_ENTITY } from '../core/entity.ts';
import { CallCancelledError, ownError, UnknownHandlerError } from '../core/entity-errors.ts';
import { RunEndedError, RunIdTakenError, RunNotFoundError } from '../core/run-errors.ts';
import type { AnswerQuery } from '../ports/queries.ts';
import type { RunItem } from '../ports/run-item.ts';
import { askQuery } from './ask-query.ts';
import { awaitUpdate } from './await-update.ts';
import { beginCall } from './call-budget.ts';
import type { ClientPorts } from './client-ports.ts';
import { checkOptions } from './options.ts';
import { retryUnavailable } from './retry-unavailable.ts';
import { prepareUpdate, type PreparedUpdate, sendUpdate } from './send-update.ts';
import { startRun } from './start-run.ts';

/** How the handlers of an entity are called. */
export interface EntityCallOptions {
  /**
   * Calls with the same key, to the same entity and handler, are one call, and each gets its answer. With other arguments
   * than the first of them they are an IdempotencyKeyReusedError. Default: each call is one of its own.
   */
  readonly idempotencyKey?: string | undefined;
  /** How long to wait for the answer: then a TimeoutError, and the call goes on. Default: as long as it takes. */
  readonly timeout?: Duration | undefined;
}

/** A call as it is made. */
export interface EntityCall {
  readonly entity: EntityDefinition;
  /** Where its code is at hand. */
  readonly code: AnyEntity | undefined;
  readonly runId: string;
  /** Of the handler or the read. */
  readonly name: string;
  readonly args: readonly unknown[];
  readonly options: EntityCallOptions;
}

/** Calls a handler, and gives its answer. Throws an UpdateFailedError of what the handler throws. */
export async function callHandler(
  ports: ClientPorts,
  { entity, runId, name, args, options }: EntityCall,
): Promise<unknown> {
  const { idempotencyKey, timeout } = options;
  const prepared = await prepareUpdate(ports, { name }, args, { idempotencyKey });
  const messageId = await sendToEntity(beginCall(ports), { entity: entity.name, runId, prepared });
  return awaitUpdate(ports, { runId, messageId, name }, timeout);
}

/** Asks a read. */
export async function callRead(ports: ClientPorts, { entity, code, runId, name, args }: EntityCall): Promise<unknown> {
  const openQueries = (): Promise<AnswerQuery> =>
    code === undefined ? ports.openQueries() : ports.openQueriesOf(code);
  return askQuery({ ...ports, openQueries }, runId, name, args, entity.name);
}

/** The errors that say that a handler has thrown, by what it threw: nothing else tells that from other errors. */
const wrappers = new WeakMap<object, Error>();

/** What the handler threw, in place of the error that says so. */
export function toOwnError(error: unknown): unknown {
  const own = ownError(error);
  if (own !== error && own instanceof Error && error instanceof Error && !isOurs(own)) wrappers.set(own, error);
  return own;
}

/** The error that says that a handler has thrown this one; undefined if none has. */
export function wrapperOf(error: unknown): Error | undefined {
  return error instanceof Error ? wrappers.get(error) : undefined;
}

function isOurs(error: Error): boolean {
  return error instanceof CallCancelledError || error instanceof UnknownHandlerError;
}

export function checkCallOptions(options: EntityCallOptions): void {
  checkOptions('entity', options, ['idempotencyKey', 'timeout']);
}

/** Gives the id of the message. The entity is begun if it is not there. */
export async function sendToEntity(
  ports: ClientPorts,
  { entity, runId, prepared }: { readonly entity: string; readonly runId: string; readonly prepared: PreparedUpdate },
): Promise<string> {
  const store = await ports.openStore();
  const run = await retryUnavailable(ports.clock, () => store.readRun(runId));
  if (run === undefined) await begin(ports, entity, runId);
  else checkIsOf(entity, run);
  try {
    return await sendUpdate(ports, runId, prepared).catch(async (error: unknown) => {
      if (!(error instanceof RunNotFoundError)) throw error; // else it was purged a moment ago
      await begin(ports, entity, runId);
      return sendUpdate(ports, runId, prepared);
    });
  } catch (error) {
    throw error instanceof RunEndedError ? endedError(error, prepared.name) : error;
  }
}

async function begin(ports: ClientPorts, entity: string, runId: string): Promise<void> {
  const options = { id: runId, onConflict: 'use-existing' } as const;
  await startRun(ports, { workflow: entity, input: NEW_ENTITY, options });
}

function checkIsOf(entity: string, { runId, workflow }: RunItem): void {
  if (workflow === entity) return;
  throw new RunIdTakenError(runId, `, and not by an entity "${entity}": choose another key`);
}

function endedError({ runId, status }: RunEndedError, name: string): RunEndedError {
  const advice = '. Its last state can still be read. Delete the run, and the next call begins a new entity';
  return new RunEndedError(runId, status, `the call "${name}"`, advice);
}
