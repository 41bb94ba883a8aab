/**
 * Carries out what the code of a run asks of other runs: the engine as a caller. Ids and keys follow from the step, so that
 * an operation that is carried out again finds what it did before.
 */
import { isClosed } from '../core/run-status.ts';
import { decode } from '../codec/decode.ts';
import type {
  InvokeOperation,
  OperationOnOther,
  SendSignalOperation,
  StartRunOperation,
  StopOperation,
  UpdateOperation,
  UpdateProgress,
} from '../core/operation.ts';
import { startOfEntity } from '../core/entity-errors.ts';
import { LullError, TimeoutError } from '../core/errors.ts';
import { RunEndedError, RunNotFoundError, InboxFullError } from '../core/run-errors.ts';
import type { Logger } from '../core/logger.ts';
import type { WorkflowRegistry } from '../core/workflow-registry.ts';
import type { Clock } from '../ports/clock.ts';
import { WATCHERS_LIMIT } from '../ports/limits.ts';
import type {
  EngineMessage,
  InvokeFunction,
  OperationContext,
  RunOperations,
  SendResult,
} from '../ports/run-operations.ts';
import type { AnswerQuery } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import { askQuery } from './ask-query.ts';
import { awaitUpdate } from './await-update.ts';
import { sendToEntity } from './call-entity.ts';
import { type ClientPorts, loadQueries } from './client-ports.ts';
import { digestInput, encodeInput } from './encode-input.ts';
import { digestText, type IdSource, RANDOM_IDS } from './identifiers.ts';
import { LetterRoom } from './letter-room.ts';
import { readEnd } from './run-value.ts';
import { sendControl } from './send-control.ts';
import { sendMessage } from './send-message.ts';
import { sendSignal } from './send-signal.ts';
import { prepareUpdate, sendUpdate } from './send-update.ts';
import { type StartOptions, startRun } from './start-run.ts';

export interface OperationPorts {
  readonly registry: WorkflowRegistry;
  readonly store: Store;
  readonly wakes: WakeQueue;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: at random. */
  readonly ids?: IdSource;
  /** Answers queries of other runs: the engine's own. Default: one that is made for it. */
  readonly answerQuery?: AnswerQuery;
  /** Invokes another Lambda function, and does not wait for what it does. Default: there are none. */
  readonly invoke?: InvokeFunction;
}

export function createRunOperations({
  store,
  wakes,
  ids = RANDOM_IDS,
  invoke = noFunctions,
  answerQuery,
  ...ports
}: OperationPorts): RunOperations {
  const openQueries = async (): Promise<AnswerQuery> =>
    answerQuery ?? loadQueries({ ...ports, openStore: () => Promise.resolve(store) });
  const clientPorts: ClientPorts = {
    ...ports,
    ids,
    callTimeoutMs: Infinity,
    letterRoom: new LetterRoom(),
    openStore: () => Promise.resolve(store),
    openInspection: () => Promise.resolve(undefined), // no run describes another
    openQueries,
    openQueriesOf: openQueries,
    openWakes: () => Promise.resolve(wakes),
  };
  return {
    carryOut: (operation, by) =>
      operation.kind === 'invoke' ? invokeFunction(invoke, operation, by) : carryOut(clientPorts, operation, by),
    send: (runId, message) => sendQuietly(clientPorts, runId, message),
  };
}

function carryOut(ports: ClientPorts, operation: OnARun, by: OperationContext): Promise<unknown> {
  switch (operation.kind) {
    case 'start-run':
    case 'start-child':
      return start(ports, operation, by);
    case 'signal':
      return signal(ports, operation, by);
    case 'cancel':
    case 'terminate':
      return stop(ports, operation, by.idempotencyKey);
    case 'watch':
      return operation.justLooks === true ? look(ports, operation.runId) : watch(ports, operation.runId, by);
    case 'query':
      return askQuery(ports, operation.runId, operation.name, decode(operation.args), operation.entity);
    case 'update':
      return update(ports, operation, by);
  }
}

type OnARun = Exclude<OperationOnOther, { readonly kind: 'invoke' }>;

type StartOperation = Extract<OnARun, { readonly kind: 'start-run' | 'start-child' }>;

async function start(ports: ClientPorts, operation: StartOperation, by: OperationContext): Promise<string> {
  const { kind, workflow, runId: id } = operation;
  const isParent = kind === 'start-child';
  const definition = ports.registry?.get(workflow);
  if (definition?.entity !== undefined) throw startOfEntity(workflow);
  return startRun(ports, {
    workflow,
    definition,
    input: decode(operation.input),
    startedBy: { runId: by.runId, step: digestText(by.idempotencyKey), isParent },
    ...(isParent
      ? { options: { id, onConflict: 'fail' }, deadlineAtMs: by.deadlineAtMs }
      : { options: { id, ...ownOptions(operation) }, scheduledAtMs: operation.scheduledAtMs }),
  });
}

function ownOptions({ delayMs, timeoutMs, attributes, onConflict }: StartRunOperation): StartOptions {
  return { delay: delayMs, timeout: timeoutMs, attributes, onConflict };
}

async function signal(ports: ClientPorts, operation: SendSignalOperation, by: OperationContext): Promise<void> {
  const { runId, name } = operation;
  const what = `the payload of signal "${name}"`;
  const payload = decode(operation.payload);
  const { limits } = await ports.openStore();
  const { value } = encodeInput(what, payload, limits);
  const digest = digestInput(what, payload);
  await sendSignal(ports, runId, { name, payload: value, idempotencyKey: by.idempotencyKey, digest });
}

/** It is sent again with each look for its answer: the second time it is there already. */
async function update(
  ports: ClientPorts,
  { runId, name, args, updateId, entity }: UpdateOperation,
  by: OperationContext,
): Promise<UpdateProgress> {
  const id = updateId ?? by.idempotencyKey;
  const prepared = await prepareUpdate(ports, entity === undefined ? name : { name }, decode(args), { id });
  const messageId =
    entity === undefined
      ? await sendUpdate(ports, runId, prepared)
      : await sendToEntity(ports, { entity, runId, prepared });
  try {
    const wait = updateId === undefined ? FIRST_LOOK_MS : 0;
    return { kind: 'answered', value: await awaitUpdate(ports, { runId, messageId, name }, wait) };
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    return { kind: 'waiting', updateId: id };
  }
}

/** Most updates are answered at once. */
const FIRST_LOOK_MS = 1_000;

function stop(ports: ClientPorts, { kind, runId, reason }: StopOperation, idempotencyKey: string): Promise<void> {
  return sendControl(ports, runId, { kind, reason, idempotencyKey });
}

/** The end of a run that has ended; else undefined, and the asking run learns of its end by a message. */
async function watch(ports: ClientPorts, runId: string, by: OperationContext): Promise<unknown> {
  const store = await ports.openStore();
  const watching = await store.watch(runId, by.runId, WATCHERS_LIMIT);
  switch (watching.kind) {
    case 'watching':
      return undefined;
    case 'not-found':
      throw new RunNotFoundError(runId);
    case 'full':
      throw new InboxFullError(runId, `${WATCHERS_LIMIT} other runs wait for its end`);
    case 'closed': {
      const { status, workflow } = watching.run;
      const end = await readEnd(store, watching.run, 'refuse');
      const value = end && ('result' in end ? end.result : 'error' in end ? end.error : end.reason);
      return { status, workflow, value };
    }
  }
}

/** The status of a run that has ended, without how it ended; undefined of one that goes on. */
async function look(ports: ClientPorts, runId: string): Promise<unknown> {
  const store = await ports.openStore();
  const run = await store.readRun(runId);
  if (run === undefined) throw new RunNotFoundError(runId);
  return isClosed(run.status) ? { status: run.status, workflow: run.workflow, value: undefined } : undefined;
}

async function invokeFunction(
  invoke: InvokeFunction,
  { functionName, payload, token, callbackUrl, attempt }: InvokeOperation,
  { runId, stepName, idempotencyKey }: OperationContext,
): Promise<void> {
  const call = { payload: decode(payload), token, runId, step: stepName, attempt, idempotencyKey };
  await invoke(functionName, callbackUrl === undefined ? call : { ...call, callbackUrl });
}

function noFunctions(functionName: string): never {
  throw new LullError(
    'FUNCTION_NOT_FOUND',
    `function "${functionName}" cannot be invoked here: a remote step needs Lambda. Deploy, or mock the step in a test`,
  );
}

async function sendQuietly(ports: ClientPorts, runId: string, message: EngineMessage): Promise<SendResult> {
  try {
    await sendMessage(ports, {
      runId,
      message,
      idempotencyKey: undefined,
      isShared: true,
      what: `a message of the engine`,
    });
    return 'sent';
  } catch (error) {
    if (error instanceof RunEndedError || error instanceof RunNotFoundError) return 'gone';
    if (error instanceof InboxFullError) return 'full';
    throw error;
  }
}
