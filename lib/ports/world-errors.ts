/** What goes wrong outside: the world's errors, as the ports report them. */
import { setBrand } from '../core/brand.ts';
import { LullError } from '../core/errors.ts';
import type { AnsweredUpdate, Message } from './message.ts';

/** The store did not answer, or said to try later. What was asked for may or may not have happened. */
export class StoreUnavailableError extends LullError {
  static {
    this.prototype.name = 'StoreUnavailableError';
    setBrand(this.prototype, 'StoreUnavailableError');
  }
  constructor(operation: string, options?: ErrorOptions) {
    super('STORE_UNAVAILABLE', `the store did not carry out "${operation}": try again`, options);
  }
}

/** An item exceeds what the store takes (DynamoDB: 400 KB). */
export class ItemTooLargeError extends LullError {
  static {
    this.prototype.name = 'ItemTooLargeError';
    setBrand(this.prototype, 'ItemTooLargeError');
  }
  constructor(what: string, bytes: number, limitBytes: number) {
    super('ITEM_TOO_LARGE', `${what} has ${bytes} bytes, the store takes ${limitBytes} at most`);
  }
}

/** The store cannot be used as it is set up: its table is missing, laid out differently, or access is denied. */
export class StoreNotSetUpError extends LullError {
  static {
    this.prototype.name = 'StoreNotSetUpError';
    setBrand(this.prototype, 'StoreNotSetUpError');
  }
  constructor(message: string, options?: ErrorOptions) {
    super('STORE_NOT_SET_UP', message, options);
  }
}

/** An item was written by a version of lull that is newer than this one: only that version, or a later one, reads it. */
export class NewerFormatError extends LullError {
  static {
    this.prototype.name = 'NewerFormatError';
    setBrand(this.prototype, 'NewerFormatError');
  }
  constructor(what: string, format: number, knownFormat: number) {
    super(
      'NEWER_FORMAT',
      `${what} has format ${format}, and this version of lull reads up to ${knownFormat}: run the newer version again`,
    );
  }
}

/** A content in the bucket is not what was put there. */
export class PayloadDamagedError extends LullError {
  static {
    this.prototype.name = 'PayloadDamagedError';
    setBrand(this.prototype, 'PayloadDamagedError');
  }
  constructor(what: string, problem: string) {
    super('PAYLOAD_DAMAGED', `${what} cannot be read: ${problem}. Put back what was there, under the same key`);
  }
}

/**
 * What is encrypted cannot be read or written now: there is no key, it may not be used, or it is not the one that has
 * encrypted it. Nothing was written. A run that needs it is blocked, and goes on when the key is back.
 *
 * Its message is stored with the run, and answered to callers: it names no key, role or account. What KMS has said, with all
 * of these, is its `cause`, for logs.
 */
export class PayloadKeyError extends LullError {
  static {
    this.prototype.name = 'PayloadKeyError';
    setBrand(this.prototype, 'PayloadKeyError');
  }
  /** The message, without what is true of each. */
  readonly problem: string;

  constructor(problem: string, options?: ErrorOptions) {
    super('PAYLOAD_KEY', `${problem}. The data is as it was; see docs/encryption.md`, options);
    this.problem = problem;
  }
}

/** Also of a value that was read encrypted, and is decoded later. */
export function isOfPayloadKey(error: unknown): error is LullError {
  return error instanceof LullError && error.code === 'PAYLOAD_KEY';
}

/** Of messages that were loaded some cannot be decrypted. `cause` says why; `readable` are the others. */
export class LockedMessagesError extends LullError {
  static {
    this.prototype.name = 'LockedMessagesError';
    setBrand(this.prototype, 'LockedMessagesError');
  }
  readonly readable: readonly (Message | AnsweredUpdate)[];

  constructor(cause: PayloadKeyError | PayloadDamagedError, readable: readonly (Message | AnsweredUpdate)[]) {
    super(cause.code, cause.message, { cause });
    this.readable = readable;
  }
}
