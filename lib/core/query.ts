/** What a query is to its caller and to the run that answers it: a name, and the types of arguments and answer. */

/**
 * A question to a run, answered from the state of its code: see `query`. `T` is the answer, `A` are the arguments, `void`
 * for none.
 */
export interface Query<T, A = void> {
  readonly name: string;
  /**
   * Says how this run answers the query, from here on: with what `answer` returns. A later call takes the place of an
   * earlier one. The handler may only read: a call in it that would change the run is a WorkflowCodeError `READ_ONLY`.
   */
  handle(answer: (args: A) => T): void;
}
