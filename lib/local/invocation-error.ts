import { LullError } from '../core/errors.ts';

/** Why an event got no result: the function threw, its process died or could not load, time or size was up. */
export type InvocationFailure = 'failed' | 'died' | 'timed-out' | 'too-large' | 'not-loaded' | 'stopped';

export class InvocationError extends LullError {
  static {
    this.prototype.name = 'InvocationError';
  }
  readonly failure: InvocationFailure;

  constructor(failure: InvocationFailure, message: string) {
    super('INVOCATION_FAILED', message);
    this.failure = failure;
  }
}
