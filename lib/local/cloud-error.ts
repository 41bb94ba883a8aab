import { LullError } from '../core/errors.ts';

/** What keeps a local cloud from starting, or from running a template. */
export type CloudErrorCode =
  | 'ASSEMBLY_NOT_FOUND'
  | 'ASSET_NOT_FOUND'
  | 'BUILD_FAILED'
  | 'CIRCULAR_REFERENCE'
  | 'CODE_NOT_LOADED'
  | 'ENTRY_NOT_FOUND'
  | 'FOLDER_FORMAT'
  | 'FOLDER_IN_USE'
  | 'FOLDER_NOT_WRITABLE'
  | 'INVALID_POLICY'
  | 'INVALID_TEMPLATE'
  | 'NO_ENGINE'
  | 'NO_FUNCTION'
  | 'NOT_SUPPORTED'
  | 'PACKAGE_NOT_INSTALLED'
  | 'PORT_IN_USE'
  | 'PORT_NOT_ALLOWED'
  | 'UNKNOWN_INTRINSIC';

/**
 * The local cloud cannot start: the port or the folder is in use, the code does not build, or the template says something
 * that this machine cannot do. The message says where, and what to do.
 */
export class CloudError extends LullError {
  static {
    this.prototype.name = 'CloudError';
  }
  declare readonly code: CloudErrorCode;

  constructor(code: CloudErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
