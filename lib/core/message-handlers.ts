/** The handlers that the code of a run has given for its queries and updates, by name. They call the author's functions. */
import type { Coroutine } from './awaitable.ts';

/** Computes the answer to a query. */
export type QueryHandler = (args: never) => unknown;

/** Carries out an update. `input` is what its sender passed. */
export interface UpdateTask {
  /** Throws if the update is refused. Changes nothing. */
  validate(input: unknown): void;
  /** Makes the coroutine that carries it out. */
  start(input: unknown): Coroutine<unknown>;
}

/** Lets updates in one at a time: while it is closed they wait in the inbox, in the order of acceptance. */
export interface UpdateGate {
  readonly isOpen: boolean;
  /** Takes an update without a handler, which does not wait for one: refuses it, and follows what was done by earlier code. */
  missing(name: string): UpdateTask;
}

export interface MessageHandlers {
  /** Of an entity. */
  gate: UpdateGate | undefined;
  /** In place of an earlier one of that name. */
  setQuery(name: string, handler: QueryHandler): void;
  setUpdate(name: string, handler: UpdateTask): void;
}
