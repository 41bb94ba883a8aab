/**
 * The run of an entity: it carries out one call after the other, and continues as new before its journal is long.
 *
 * Calls are updates. While a handler runs the gate is closed, and further calls wait in the inbox: so they are carried out
 * in the order of acceptance, and move along where the run continues as new.
 *
 * What a call did to the state, and its answer, is recorded as the result of a step, and a replay goes by that record. So a
 * handler whose code has changed does not change what earlier calls have done. A generator may have asked for steps, which a
 * replay would ask for again: after one the link ends, and no later code comes to it.
 */
import type { Coroutine } from '../core/awaitable.ts';
import { isAwaitable, ignoreRejection, isPromise } from '../core/check-awaitable.ts';
import { describeValue } from '../core/describe-value.ts';
import type { Encoded } from '../core/encoded.ts';
import { CallCancelledError, UnknownHandlerError } from '../core/entity-errors.ts';
import { type EntityDefinition, type EntityInput, entityKeyOf, isEntityInput, NEW_ENTITY } from '../core/entity.ts';
import { isCancelled, WorkflowCodeError } from '../core/errors.ts';
import { currentLoop, currentLoopToRead, type Loop } from '../core/loop.ts';
import type { UpdateGate, UpdateTask } from '../core/message-handlers.ts';
import type { Task } from '../core/task.ts';
import { continueFrom } from './continue-as-new.ts';
import { currentTask } from './create-task.ts';
import { waitUntil } from './wait-until.ts';

/** The author's code. */
export interface EntityCode {
  readonly definition: EntityDefinition;
  readonly initial: (key: string) => unknown;
  readonly handlers: Readonly<Record<string, (state: object, ...args: readonly unknown[]) => unknown>>;
  readonly reads: Readonly<Record<string, (state: object, ...args: readonly unknown[]) => unknown>>;
}

/** A link has no more calls than that: a read, and a worker that has not got the run in memory, replays them all. */
const MOST_CALLS = 100;
/** It ends when what its calls were given and have done takes so many characters. */
const MOST_CHARACTERS = 64 * 1024;

/** What came of a call, as it is recorded. */
interface Outcome {
  /** Absent: it has not changed it. */
  readonly state?: object;
  readonly answer?: unknown;
  /** What it threw. */
  readonly error?: Error;
  /** It was the last of its link. */
  readonly ends?: true;
}

type Kept = { readonly kind: 'state'; readonly encoded: Encoded } | { readonly kind: 'none'; readonly error: unknown };

export class RunningEntity {
  readonly #code: EntityCode;
  readonly #key: string;
  readonly #runId: string;
  readonly #gate: Gate;
  /** The state, as the last call left it; or what `initial` threw, which each call throws until it does not. */
  #kept: Kept;
  #calls = 0;
  #characters = 0;
  /** Runs a handler. */
  #task: Task<unknown> | undefined;
  #isOver = false;

  constructor(code: EntityCode, input: unknown) {
    const { info } = currentLoop('an entity');
    this.#code = code;
    this.#runId = info.id;
    this.#gate = new Gate(this);
    this.#key = checkBegin(code.definition, info.id, input);
    this.#kept = this.#begin(input as EntityInput);
  }

  *run(): Coroutine<never> {
    this.#listen();
    for (;;) {
      try {
        yield* waitUntil(() => this.#isOver);
      } catch (error) {
        if (!isCancelled(error)) throw error;
        // The call is cancelled, and the entity goes on: its state is good.
        currentTask().uncancel();
        this.#task?.cancel(error.message);
        continue;
      }
      yield* continueFrom(this.#kept.kind === 'none' ? NEW_ENTITY : { state: this.state() });
    }
  }

  /** A copy. */
  state(): object {
    if (this.#kept.kind === 'none') throw this.#kept.error;
    const { values } = currentLoopOf(this.#runId);
    return (values.decode(this.#kept.encoded) as { readonly state: object }).state;
  }

  checkHas(called: string): void {
    const { name, handlers, reads } = this.#code.definition;
    if (!handlers.includes(called)) throw new UnknownHandlerError(name, called, [...handlers, ...reads]);
  }

  *carryOut(name: string, args: readonly unknown[]): Coroutine<unknown> {
    this.#gate.isOpen = false;
    this.#task = currentTask();
    const { answer, error, ends, ...changed } = yield* this.#record(name, yield* this.#outcomeOf(name, args));
    if (changed.state !== undefined) {
      const { values } = currentLoopOf(this.#runId);
      this.#kept = { kind: 'state', encoded: values.encode(changed, `the state of entity "${this.#runId}"`) };
    }
    this.#task = undefined;
    this.#isOver = ends === true;
    this.#gate.isOpen = !this.#isOver;
    if (error !== undefined) throw error;
    return answer;
  }

  #listen(): void {
    const { handlers } = currentLoopOf(this.#runId);
    const { definition, reads } = this.#code;
    for (const name of definition.handlers) handlers.setUpdate(name, new CallOfEntity(this, name));
    for (const name of definition.reads) {
      handlers.setQuery(name, (args: readonly unknown[]) => reads[name]?.(this.state(), ...args));
    }
    handlers.gate = this.#gate;
  }

  /** Throws nothing but what stops the run. */
  *#outcomeOf(name: string, args: readonly unknown[]): Coroutine<Outcome> {
    const { values } = currentLoopOf(this.#runId);
    const what = `"${name}" of entity "${this.#runId}"`;
    this.#calls += 1;
    this.#characters += sizeOf(values.encode(args, `the arguments of ${what}`));
    let mayHaveAsked = false;
    let outcome: Outcome;
    try {
      this.checkHas(name);
      const state = this.state();
      let answer = this.#code.handlers[name]?.(state, ...args);
      if (isPromise(answer)) throw promised(what, answer);
      if (isAwaitable(answer)) {
        mayHaveAsked = true;
        answer = yield* answer;
      }
      outcome = { ...this.#changeTo(state, what), answer };
      this.#characters += sizeOf(values.encodeToKeep(outcome, `the state and the answer of ${what}`));
    } catch (error) {
      const thrown = isCancelled(error) ? new CallCancelledError(this.#runId, name, error.message) : error;
      outcome = { error: this.#storable(thrown, what) };
    }
    const isLast = mayHaveAsked || this.#calls >= MOST_CALLS || this.#characters >= MOST_CHARACTERS;
    return isLast ? { ...outcome, ends: true } : outcome;
  }

  #changeTo(state: object, what: string): Pick<Outcome, 'state'> {
    const { values } = currentLoopOf(this.#runId);
    const left = values.encode({ state }, `the state after ${what}`);
    const isSame = this.#kept.kind === 'state' && JSON.stringify(left) === JSON.stringify(this.#kept.encoded);
    return isSame ? {} : { state };
  }

  /** An error of a class that is not registered is stored in part. */
  #storable(thrown: unknown, what: string): Error {
    const { values } = currentLoopOf(this.#runId);
    return values.decode(values.encodeError(thrown, `the error of ${what}`)) as Error;
  }

  /** What was recorded, by this code or by that of before. */
  *#record(name: string, outcome: Outcome): Coroutine<Outcome> {
    const known = currentLoopOf(this.#runId).values.encode(outcome, `the outcome of "${name}"`);
    return (yield { kind: 'step', name, options: {}, body: undefined, known }) as Outcome;
  }

  #begin({ state }: EntityInput): Kept {
    const { values } = currentLoopOf(this.#runId);
    try {
      const what = `the state of entity "${this.#runId}"`;
      return { kind: 'state', encoded: values.encodeToKeep({ state: state ?? this.#initial() }, what) };
    } catch (error) {
      return { kind: 'none', error };
    }
  }

  #initial(): object {
    const { name } = this.#code.definition;
    const state = this.#code.initial(this.#key);
    if (typeof state === 'object' && state !== null && !isPromise(state)) return state;
    ignoreRejection(state);
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `initial() of entity "${name}" returned ${describeValue(state)}: return an object, whose fields the handlers change`,
    );
  }
}

class Gate implements UpdateGate {
  isOpen = true;
  readonly #entity: RunningEntity;

  constructor(entity: RunningEntity) {
    this.#entity = entity;
  }

  missing(name: string): UpdateTask {
    return new CallOfEntity(this.#entity, name);
  }
}

class CallOfEntity implements UpdateTask {
  readonly #entity: RunningEntity;
  readonly #name: string;

  constructor(entity: RunningEntity, name: string) {
    this.#entity = entity;
    this.#name = name;
  }

  validate(input: unknown): void {
    this.#entity.checkHas(this.#name);
    if (Array.isArray(input)) return;
    throw new WorkflowCodeError(
      'INVALID_ARGUMENT',
      `handler "${this.#name}" of an entity was sent ${describeValue(input)}: it takes its arguments as an array`,
    );
  }

  start(input: unknown): Coroutine<unknown> {
    return this.#entity.carryOut(this.#name, input as readonly unknown[]);
  }
}

/** The key. */
function checkBegin(definition: EntityDefinition, runId: string, input: unknown): string {
  const { name } = definition;
  const key = entityKeyOf(definition, runId);
  if (key !== undefined && isEntityInput(input)) return key;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `run "${runId}" of entity "${name}" was not begun by a call: entities begin with their first call, under the id ` +
      `"${name}:" and the key`,
  );
}

function currentLoopOf(runId: string): Loop {
  return currentLoopToRead(`entity "${runId}"`);
}

function sizeOf(encoded: Encoded): number {
  return JSON.stringify(encoded).length;
}

function promised(what: string, promise: unknown): WorkflowCodeError {
  ignoreRejection(promise);
  return new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `${what} returned a promise: write it as a generator, with yield* step(...) where it waits`,
  );
}
