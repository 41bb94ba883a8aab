/** What the supervisor and the process of a function say to each other. */

import type { ExportedWorkflow } from './cloud-event.ts';

export type FunctionName = 'worker' | 'api' | 'sweeper';

export interface ToHost {
  readonly requestId: string;
  /** JSON, as Lambda has it. */
  readonly event: string;
  /** When the function is ended, whatever it does then. */
  readonly deadlineMs: number;
}

export type FromHost =
  | { readonly kind: 'ready'; readonly workflows: readonly ExportedWorkflow[] }
  | { readonly kind: 'not-loaded'; readonly error: HostedError }
  | { readonly kind: 'result'; readonly requestId: string; readonly result: string }
  | { readonly kind: 'error'; readonly requestId: string; readonly error: HostedError };

export interface HostedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}
