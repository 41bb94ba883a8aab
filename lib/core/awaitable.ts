/** What `yield*` can wait for. */
import type { Command } from './command.ts';

/** A generator that yields to the engine: what `function* () { ... }` returns when it awaits with `yield*`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what next() takes differs from command to command
export type Coroutine<T> = Generator<Command, T, any>;

/**
 * Anything that `yield*` can wait for: a coroutine, a step, a task, a future, ... Asked for its iterator, it starts.
 */
// An iterator with `next` alone: with `return?(value?: T)` in sight TypeScript would infer `T | undefined`.
export interface Awaitable<T> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what next() takes differs from command to command
  [Symbol.iterator](): { next(...value: any[]): IteratorResult<Command, T> };
}

/** The result of awaiting `A`. */
export type Result<A> = A extends Awaitable<infer T> ? T : never;
