import { LullError } from '../core/errors.ts';

/** What keeps the local cloud from starting. The `code` says which, the message what to do. */
export type LocalCloudErrorCode =
  | 'ENTRY_NOT_FOUND'
  | 'BUILD_FAILED'
  | 'CODE_NOT_LOADED'
  | 'FOLDER_NOT_WRITABLE'
  | 'FOLDER_FORMAT'
  | 'FOLDER_IN_USE'
  | 'PORT_IN_USE'
  | 'PORT_NOT_ALLOWED';

/**
 * The local cloud cannot start as asked: a port or folder in use, code that does not build, a folder of another
 * version. The message says what to do.
 */
export class LocalCloudError extends LullError {
  static {
    this.prototype.name = 'LocalCloudError';
  }
  declare readonly code: LocalCloudErrorCode;

  constructor(code: LocalCloudErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
