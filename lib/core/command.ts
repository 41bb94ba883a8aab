/**
 * What a coroutine yields to the engine: plain objects of a closed union.
 *
 * Durable commands are recorded in the journal and compared on replay by position, kind, name and more (I8). The other
 * two move only the scheduler: they follow from what is recorded. An author never holds a command: the calls of `api`
 * return an Awaitable whose iterator yields it, so that a forgotten `*` is noticed.
 */
import { callUndo, type StepUndo } from './call-undo.ts';
import type { Encoded } from './encoded.ts';
import type { Future } from './future.ts';
import { invariant } from './invariant.ts';
import type { Operation } from './operation.ts';
import type { StepContext, StepDefaults } from './step.ts';

/** Ends when the future is done; what it holds is the answer. */
export interface AwaitCommand {
  readonly kind: 'await';
  readonly future: Future<unknown>;
}

/** Lets the other ready tasks go first (asyncio's bare yield, `sleep(0)`). */
export interface PauseCommand {
  readonly kind: 'pause';
}

/** One side effect. */
export interface StepCommand {
  readonly kind: 'step';
  readonly name: string;
  readonly options: StepDefaults;
  /** The author's code: takes the context or, with `args`, these. */
  readonly body: StepBody | undefined;
  /** Tells this step from others of its name. */
  readonly key?: string | undefined;
  /** The arguments of a step of `defineStep`; a plain step has none. */
  readonly args?: readonly unknown[];
  /** The answer to the question before, for a step of `poll`: its body takes that, and the context. */
  readonly previous?: { readonly value: unknown };
  /** The author's code that undoes it, once it has completed. */
  readonly undo?: StepUndo | undefined;
  /** It is the undo of a step that had this result: its body is that step's `undo`. */
  readonly undoes?: { readonly result: unknown };
  /** The body gives what is to be written together with the record of the step's end: see `PreparedTransaction`. */
  readonly isTransaction?: true;
  /** The engine carries this out; there is no body. */
  readonly operation?: Operation;
  /** There is no body either: the code has worked this result out itself. It is recorded, and a replay goes by the record. */
  readonly known?: Encoded;
}

export type StepBody = (...args: never[]) => unknown;

export function callStepBody(command: StepCommand, context: StepContext): unknown {
  const { body, undoes } = command; // so that the author's code is not called with the command as `this`
  invariant(body !== undefined, 'an operation has no body');
  if (undoes !== undefined) return callUndo(body, undoes.result);
  return (body as (...args: unknown[]) => unknown)(...bodyArguments(command, context));
}

/** What the body is called with. */
export function bodyArguments({ args, previous, undoes }: StepCommand, context: StepContext): readonly unknown[] {
  if (undoes !== undefined) return [undoes.result];
  return args ?? (previous === undefined ? [context] : [previous.value, context]);
}

/** A timer. `name` says what for (`sleep`, `timeout`, `wait`, ...). It fires at `dueAtMs`, in epoch milliseconds. */
export interface SleepCommand {
  readonly kind: 'sleep';
  readonly name: string;
  readonly dueAtMs: number;
  /** Timers of one owner that are due at the same moment end together. Not recorded: it follows from the code. */
  readonly owner?: object | undefined;
}

/** The next signal of that name that no earlier receive takes. */
export interface ReceiveCommand {
  readonly kind: 'receive';
  readonly name: string;
}

/**
 * A result that a caller gives by a token. No coroutine yields it: it is issued at the call, since its token has its
 * position.
 */
export interface CallbackCommand {
  readonly kind: 'callback';
  readonly name: string;
  /** When its token expires; undefined for never. */
  readonly expiresAtMs: number | undefined;
  readonly hasSchema: boolean;
}

export type DurableCommand = StepCommand | SleepCommand | ReceiveCommand;
/** What a coroutine yields; opaque to authors. */
export type Command = AwaitCommand | PauseCommand | DurableCommand;
