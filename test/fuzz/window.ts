/** What a thread that fuzzes and the one that watches over it tell each other. */
import type { Finding, LoopOptions, LoopReport } from './loop.ts';

export type FromWorker = { readonly finding: Finding } | { readonly report: LoopReport };

export interface WorkerOrder extends Omit<LoopOptions, 'onInput' | 'onFinding'> {
  /** Where the input stands that is being run: a count, a length, then its bytes. */
  readonly window: SharedArrayBuffer;
}

export const WINDOW_HEAD_BYTES = 8;
