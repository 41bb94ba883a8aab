import { LullError } from '../../core/errors.ts';

/** What keeps a template from being run on this machine. The `code` says which, the message what to do. */
export type StackErrorCode =
  | 'ASSEMBLY_NOT_FOUND'
  | 'ASSET_NOT_FOUND'
  | 'CIRCULAR_REFERENCE'
  | 'INVALID_POLICY'
  | 'INVALID_TEMPLATE'
  | 'NO_ENGINE'
  | 'NO_FUNCTION'
  | 'NOT_SUPPORTED'
  | 'PACKAGE_NOT_INSTALLED'
  | 'UNKNOWN_INTRINSIC';

/**
 * The stacks of a template cannot be run on this machine: they are not there, say something that only AWS knows, or
 * hold nothing to run. The message says where in the template, and what to do.
 */
export class StackError extends LullError {
  static {
    this.prototype.name = 'StackError';
  }
  declare readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
