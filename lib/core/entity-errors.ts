/** What goes wrong with calls of entities. */
import { setBrand } from './brand.ts';
import { describeValue } from './describe-value.ts';
import { LullError } from './errors.ts';
import { InvalidArgumentError, UpdateFailedError, UpdateRefusedError } from './run-errors.ts';
import { suggest } from './suggest.ts';

/** The entity has no handler and no read of that name. */
export class UnknownHandlerError extends LullError {
  static {
    this.prototype.name = 'UnknownHandlerError';
    setBrand(this.prototype, 'UnknownHandlerError');
  }
  readonly entity: string;

  constructor(entity: string, name: string, known: readonly string[]) {
    const guess = suggest(name, known);
    super(
      'UNKNOWN_HANDLER',
      `entity "${entity}" has no handler and no read ${describeValue(name)}` +
        `${guess === undefined ? '.' : `: did you mean ${describeValue(guess)}?`} It has ${known.join(', ')}`,
    );
    this.entity = entity;
  }
}

/** No entity of that name is known here. */
export class UnknownEntityError extends LullError {
  static {
    this.prototype.name = 'UnknownEntityError';
    setBrand(this.prototype, 'UnknownEntityError');
  }
  constructor(name: string, known: readonly string[]) {
    const guess = suggest(name, known);
    super(
      'UNKNOWN_ENTITY',
      `there is no entity ${describeValue(name)}${guess === undefined ? '.' : `: did you mean "${guess}"?`} ` +
        (known.length === 0 ? 'None is known here' : `Known are ${known.join(', ')}`),
    );
  }
}

/** The call of an entity was cancelled, since its run was asked to cancel. The state is as it was before the call. */
export class CallCancelledError extends LullError {
  static {
    this.prototype.name = 'CallCancelledError';
    setBrand(this.prototype, 'CallCancelledError');
  }
  readonly runId: string;

  constructor(runId: string, handler: string, reason: string) {
    super(
      'CALL_CANCELLED',
      `the call "${handler}" of entity "${runId}" was cancelled${reason === '' ? '' : `: ${reason}`}. The state is as it was before the call`,
    );
    this.runId = runId;
  }
}

/** A run of an entity was to be started as one of a workflow. */
export function startOfEntity(name: string): InvalidArgumentError {
  return new InvalidArgumentError(
    `"${name}" is an entity, and not started as a run: it begins with the first call of a key, as in ` +
      `client.entity(${name}, key), or ${name}(key) in a workflow`,
  );
}

/** What the handler of an update threw, or why it was refused, in place of the error that says so. */
export function ownError(error: unknown): unknown {
  const isOfHandler = error instanceof UpdateFailedError || error instanceof UpdateRefusedError;
  return isOfHandler ? (error.cause ?? error) : error;
}
