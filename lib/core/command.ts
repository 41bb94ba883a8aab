/**
 * What a coroutine yields to the engine: plain objects of a closed union.
 *
 * Durable commands are recorded in the journal and compared on replay by position, kind, name and more (I8). The other two
 * move only the scheduler: they follow from what is recorded. A command never stands alone in an author's hands: the
 * calls of `api` give an Awaitable whose iterator yields it, so a forgotten `*` is seen.
 */
import type { Future } from './future.ts';
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
  readonly body: (context: StepContext) => unknown;
  /** Tells this step from others of its name. */
  readonly key?: string;
  /** What a step of `defineStep` was called with; a plain step has none. For who runs something else in its place. */
  readonly args?: readonly unknown[];
}

/** A timer. `name` says what for (`sleep`, `timeout`, `wait`, ...). It fires at `dueAtMs`, in epoch milliseconds. */
export interface SleepCommand {
  readonly kind: 'sleep';
  readonly name: string;
  readonly dueAtMs: number;
  /** Timers of one owner that are due at the same moment end together. Not recorded: it follows from the code. */
  readonly owner?: object;
}

/** The next signal of that name that nobody else receives. */
export interface ReceiveCommand {
  readonly kind: 'receive';
  readonly name: string;
}

export type DurableCommand = StepCommand | SleepCommand | ReceiveCommand;
/** What a coroutine yields; opaque to authors. */
export type Command = AwaitCommand | PauseCommand | DurableCommand;
