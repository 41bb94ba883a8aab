/**
 * The third verdict of a test that compares two executions: one of them did not come to rest, so that there is nothing to
 * compare. It is never a pass, and it is told apart from a difference.
 */
export class InconclusiveError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`inconclusive: ${what}`, options);
    this.name = 'InconclusiveError';
  }
}
