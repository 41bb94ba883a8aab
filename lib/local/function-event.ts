/** What happened at one function and its sandboxes. */

export type FunctionEvent =
  /** Told once: the template asks for another Node than the one that runs here. */
  | { readonly kind: 'node-differs'; readonly runtime: string; readonly node: string }
  | { readonly kind: 'sandbox-started'; readonly pid: number; readonly version: string }
  /** `how`: `idle`, `stopped`, `timed out`, `out of memory`, `exit status 1`, `signal: killed`. */
  | { readonly kind: 'sandbox-ended'; readonly pid: number; readonly how: string }
  /** Lambda tries once more, within the time of the invocation. */
  | { readonly kind: 'init-failed'; readonly pid: number; readonly errorType: string; readonly tookMs: number }
  /** Lambda's START. */
  | { readonly kind: 'invocation-started'; readonly requestId: string; readonly pid: number; readonly version: string }
  /** Lambda's REPORT. */
  | {
      readonly kind: 'invocation-ended';
      readonly requestId: string;
      readonly pid: number;
      readonly status: 'success' | 'error' | 'timeout';
      /** Of one that did not succeed. */
      readonly errorType?: string;
      readonly durationMs: number;
      /** Of the first invocation of a sandbox: from the start of the process until its code was loaded. */
      readonly initMs?: number;
      readonly memoryMb: number;
      /** The most that the process ever held. Only where the system tells (Linux). */
      readonly maxMemoryMb?: number;
    }
  /** A line that the function wrote, as it is. */
  | {
      readonly kind: 'output';
      readonly pid: number;
      readonly stream?: 'stdout' | 'stderr';
      /** Of the invocation that goes on. None while the code is loaded. */
      readonly requestId?: string;
      readonly line: string;
    }
  | { readonly kind: 'throttled' }
  /** An asynchronous invocation failed, and will be tried again. */
  | { readonly kind: 'event-retried'; readonly requestId: string; readonly attempts: number; readonly inMs: number }
  /** An asynchronous invocation is given up. */
  | {
      readonly kind: 'event-dropped';
      readonly requestId: string;
      readonly attempts: number;
      readonly payload: string;
      readonly reason: string;
    };
