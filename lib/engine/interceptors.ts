/**
 * Calls the hooks of an author around turns and steps, so that none of them can change what becomes of a run: a hook that
 * throws, never calls `next`, calls it twice or returns something else is logged or ignored, and all goes on.
 *
 * A turn itself runs outside of the hooks' async contexts: code of workflows would see them, and replay without them. Bodies
 * of steps are begun within those of the turn and of their own.
 *
 * Tested by: test/engine/interceptors.test.ts
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { StepCommand } from '../core/command.ts';
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { StepContext } from '../core/step.ts';
import type { WorkflowSource } from '../core/workflow-registry.ts';
import type { Clock } from '../ports/clock.ts';
import { asOwner, type CodeOwner, currentOwner } from './owned-code.ts';
import type { Interceptor, RunEndInfo, StepInfo, TurnInfo } from '../ports/interceptor.ts';
import type { TurnOutcome } from '../ports/observer.ts';

type CallBody = (command: StepCommand, context: StepContext) => unknown;
type InContext = <T>(call: () => T) => T;

export interface Interceptors {
  /** Lets a turn run within the hooks. It begins at once, in the caller's own async context, where there are none. */
  aroundTurn<T>(info: TurnInfo, turn: () => Promise<T>, outcomeOf: (end: T) => TurnOutcome): Promise<T>;
  readonly callBody: CallBody;
  runEnded(info: RunEndInfo): void;
}

const PATIENCE_MS = 10_000;
const AFTER_TURN_MS = 2_000;
const HOOKS = ['aroundStep', 'aroundTurn', 'onRunEnd'];

/** Those that a module exports beside its workflows, as `interceptors`; none for an array of workflows. */
export function interceptorsOf(source: WorkflowSource): readonly Interceptor[] {
  const exported = Array.isArray(source) ? undefined : (source as Readonly<Record<string, unknown>>)['interceptors'];
  return typeof exported === 'function' ? [] : checkInterceptors(exported ?? []); // a workflow may have the name
}

/** Refuses what are no interceptors: a hook that is misspelt would never be called. */
export function checkInterceptors(given: unknown): readonly Interceptor[] {
  if (!Array.isArray(given)) throw invalid(`the interceptors are ${describeValue(given)}: give an array of them`);
  for (const [index, one] of (given as readonly unknown[]).entries()) {
    if (typeof one !== 'object' || one === null) {
      throw invalid(`the interceptors have ${describeValue(one)} as element ${index}: give an object with hooks`);
    }
    for (const [name, hook] of Object.entries(one)) {
      if (!HOOKS.includes(name)) throw invalid(`an interceptor has no hook "${name}": there are ${HOOKS.join(', ')}`);
      if (typeof hook !== 'function' && hook !== undefined) {
        throw invalid(`the hook ${name} of an interceptor is ${describeValue(hook)}: give a function`);
      }
    }
  }
  return given as readonly Interceptor[];
}

/** Undefined if there are none: then nothing is around anything. */
export function createInterceptors(
  interceptors: readonly Interceptor[],
  { clock, log, callBody }: { readonly clock: Clock; readonly log: Logger; readonly callBody: CallBody },
): Interceptors | undefined {
  if (interceptors.length === 0) return undefined;
  const turns = new Map<string, TurnUnderWay>();
  const around = { clock, log };
  return {
    async aroundTurn(info, turn, outcomeOf) {
      const hooks = interceptors.flatMap((one) => (one.aroundTurn ? [one.aroundTurn.bind(one, info)] : []));
      const outcome = withResolvers<TurnOutcome>();
      const within = await enter<TurnOutcome>(hooks, () => outcome.promise, { ...around, what: 'aroundTurn' });
      const underWay: TurnUnderWay = { info, inContext: within.inContext, hooks: new Set() };
      turns.set(info.runId, underWay);
      try {
        const end = await turn();
        outcome.resolve(outcomeOf(end));
        return end;
      } catch (error) {
        outcome.reject(error);
        throw error;
      } finally {
        if (turns.get(info.runId) === underWay) turns.delete(info.runId); // else a later turn of the run has its place
        const limit = startTimer(clock, AFTER_TURN_MS);
        await Promise.race([Promise.all([within.hooksAreOver, ...underWay.hooks]), limit.isUp]);
        limit.stop();
      }
    },
    callBody: (command, context) => {
      const turn = turns.get(context.runId);
      if (turn === undefined) return callBody(command, context);
      // The body is its step's own code, in whichever async context it is begun.
      const owner = currentOwner();
      const call = (): unknown => callBody(command, context);
      const body = (): unknown => (owner === undefined ? call() : asOwner(owner, call));
      const info = stepInfoOf(turn.info, command, context);
      const hooks = interceptors.flatMap((one) => (one.aroundStep ? [one.aroundStep.bind(one, info)] : []));
      return turn.inContext(() => (hooks.length === 0 ? body() : callWithin(hooks, body, around, turn)));
    },
    runEnded(info) {
      const turn = turns.get(info.runId);
      for (const one of interceptors) {
        if (one.onRunEnd === undefined) continue;
        const running = quietly(log, 'onRunEnd', () => one.onRunEnd?.(info));
        if (turn !== undefined) keep(turn, running);
      }
    },
  };
}

interface TurnUnderWay {
  readonly info: TurnInfo;
  readonly inContext: InContext;
  /** Hooks around its steps and its run's end that are not over: it waits for those, and for no other turn's. */
  readonly hooks: Set<Promise<unknown>>;
}

function keep({ hooks }: TurnUnderWay, running: Promise<unknown>): void {
  hooks.add(running);
  void running.finally(() => hooks.delete(running));
}

function stepInfoOf({ runId, workflow, attributes }: TurnInfo, command: StepCommand, context: StepContext): StepInfo {
  const { stepId, attempt } = context;
  return {
    ...{ runId, workflow, attributes, step: command.name, stepId, attempt },
    get idempotencyKey() {
      return context.idempotencyKey;
    },
  };
}

type Hook<T> = (next: () => Promise<T>) => unknown;

interface Around {
  readonly clock: Clock;
  readonly log: Logger;
}

/** The body's own result, whatever the hooks make of it. */
async function callWithin(
  hooks: readonly Hook<unknown>[],
  body: () => unknown,
  around: Around,
  turn: TurnUnderWay,
): Promise<unknown> {
  const result = withResolvers<unknown>();
  const within = await enter<unknown>(hooks, () => result.promise, { ...around, what: 'aroundStep' });
  keep(turn, within.hooksAreOver);
  within.inContext(() => {
    // What a body throws at once is its result too.
    new Promise<unknown>((resolve) => {
      resolve(body());
    }).then(result.resolve, result.reject);
  });
  return result.promise;
}

interface Within {
  /** The async context in which the last hook has called `next`. */
  readonly inContext: InContext;
  /** Settled when all hooks are. Never rejects. */
  readonly hooksAreOver: Promise<unknown>;
}

/** Returns as soon as each hook has called `next`, has ended without it, or has had its time. */
async function enter<T>(
  hooks: readonly Hook<T>[],
  outcome: () => Promise<T>,
  { clock, log, what }: Around & { readonly what: string },
): Promise<Within> {
  const over: Promise<unknown>[] = [];
  const passedOn = new Set<unknown>();
  const owner: CodeOwner = { step: undefined, takeStray: (error) => logThrown(log, what, error) };
  let inContext: InContext = AsyncLocalStorage.snapshot();
  for (const hook of hooks) {
    const called = withResolvers<void>();
    const next = (): Promise<T> => {
      if (!called.isSettled()) inContext = AsyncLocalStorage.snapshot();
      called.resolve();
      const promise = outcome();
      promise.catch((error: unknown) => passedOn.add(error)); // also: a hook that does not look at it must not end the process
      return promise;
    };
    // Each hook is called within the context of the one before it.
    const running = inContext(() => asOwner(owner, () => quietly(log, what, () => hook(next), passedOn)));
    over.push(running);
    const skipped = running.then(() => 'ended' as const);
    const patience = startTimer(clock, PATIENCE_MS);
    const how = await Promise.race([called.promise.then(() => 'called' as const), skipped, patience.isUp]);
    patience.stop();
    if (how === 'called' || called.isSettled()) continue;
    const did = how === 'ended' ? 'has ended without a call of next' : `has not called next for ${PATIENCE_MS} ms`;
    log.warn(`the hook ${what} of an interceptor ${did}: it is passed over`);
    called.resolve(); // a call that comes later begins nothing, and changes no context
  }
  return { inContext, hooksAreOver: Promise.all(over) };
}

/** Never rejects: what a hook throws is logged, but for the error of the body or turn, which it may pass on. */
async function quietly(
  log: Logger,
  what: string,
  call: () => unknown,
  passedOn: ReadonlySet<unknown> = new Set(),
): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!passedOn.has(error)) logThrown(log, what, error);
  }
}

function logThrown(log: Logger, what: string, error: unknown): void {
  log.warn(`the hook ${what} of an interceptor has thrown: it is ignored`, { error });
}

function startTimer(clock: Clock, ms: number): { readonly isUp: Promise<'up'>; stop(): void } {
  const { promise, resolve } = withResolvers<'up'>();
  return { isUp: promise, stop: clock.callAt(clock.nowMs() + ms, () => resolve('up')) };
}

interface Resolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  isSettled(): boolean;
}

function withResolvers<T>(): Resolvers<T> {
  let isSettled = false;
  let settle: Pick<Resolvers<T>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined);
  return {
    promise,
    isSettled: () => isSettled,
    resolve: (value) => {
      isSettled = true;
      settle?.resolve(value);
    },
    reject: (error) => {
      isSettled = true;
      settle?.reject(error);
    },
  };
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
