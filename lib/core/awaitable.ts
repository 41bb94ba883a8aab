/** What can stand behind `yield*`. */
import type { Command } from './command.ts';

/** A generator that yields to the engine: what `function* () { ... }` gives when it awaits with `yield*`. */
// The last parameter is what `next` takes: each command is answered with a type of its own, so only `any` is true here.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Coroutine<T> = Generator<Command, T, any>;

/**
 * Anything that `yield*` can wait for: a coroutine, a step, a task, a future, ... Asked for its iterator, it starts.
 */
// An iterator with `next` alone: with `return?(value?: T)` in sight TypeScript would infer `T | undefined`.
export interface Awaitable<T> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [Symbol.iterator](): { next(...value: any[]): IteratorResult<Command, T> };
}

/** What awaiting `A` gives. */
export type Result<A> = A extends Awaitable<infer T> ? T : never;
