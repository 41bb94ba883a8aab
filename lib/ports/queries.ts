/** The port through which a client has a query answered: by code that can replay a run. */
import type { Encoded } from '../core/encoded.ts';

/** A query as it is put to a run, its arguments in stored form. */
export interface AskedQuery {
  readonly runId: string;
  readonly name: string;
  readonly args: Encoded;
  /**
   * In place of a query: whether `args` fits the schema of the callback of that name, whose command has this position. The
   * answer is undefined if it does, or `failed` with an InvalidInputError.
   */
  readonly callbackId?: number;
  /** The name of the entity that the run is: where it has not begun, it is answered as it would begin. */
  readonly entity?: string;
}

/** What came of a query. */
export type QueryAnswer =
  | { readonly kind: 'answered'; readonly value: Encoded }
  /** What the handler threw, or why what it returned is no answer. */
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'not-found' }
  /** Nothing of the run is recorded yet: none of its code has run. */
  | { readonly kind: 'not-begun' }
  /** `names`: the queries that have a handler by now. */
  | { readonly kind: 'unknown-query'; readonly names: readonly string[] }
  /** The code cannot be brought to any state: it is not known here, or what is stored cannot be read. */
  | { readonly kind: 'cannot-replay'; readonly error: Error };

/** Answers a query. Reads the table and writes nothing. */
export type AnswerQuery = (query: AskedQuery) => Promise<QueryAnswer>;
