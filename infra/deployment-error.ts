import { LullError } from '../lib/core/errors.ts';

/** What is wrong with an engine's props. The `code` says which, the message what to do. */
export type DeploymentErrorCode = 'ENTRY_NOT_FOUND' | 'BUILD_FAILED' | 'CODE_NOT_LOADED' | 'INVALID_ARGUMENT';

/**
 * An engine cannot be deployed as asked: there is no such entry, it does not build, load or export a workflow, or a prop
 * does not fit another. Raised at synth; the message names the construct, the file and what to do.
 */
export class DeploymentError extends LullError {
  static {
    this.prototype.name = 'DeploymentError';
  }
  declare readonly code: DeploymentErrorCode;

  constructor(code: DeploymentErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
