/** What must hold whatever the author, the caller and the world do. If it does not, the bug is lull's. */
import { setBrand } from './brand.ts';
import { LullError } from './errors.ts';

/** A bug in lull: please report it. */
export class InvariantError extends LullError {
  static {
    this.prototype.name = 'InvariantError';
    setBrand(this.prototype, 'InvariantError');
  }
  constructor(message: string) {
    super('INVARIANT', `${message} (this is a bug in lull)`);
  }
}

/** Throws an InvariantError unless the condition holds. The message says what was found. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
