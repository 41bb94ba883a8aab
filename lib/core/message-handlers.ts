/** The handlers that the code of a run has given for its queries: the author's own functions, by name. */

/** Computes the answer to a query. */
export type QueryHandler = (args: never) => unknown;

export interface MessageHandlers {
  /** In place of an earlier one of that name. */
  setQuery(name: string, handler: QueryHandler): void;
}
