/**
 * Errors that code leaves behind and that nothing has handled. Node would tell them to the process: this does it at its
 * simulated time, in the context of the code that left them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SimulatedProcess } from './simulated-process.ts';
import type { Timeline } from './timeline.ts';

export interface LeftErrorsOptions {
  readonly timeline: Timeline;
  /** No run and no step took the error: a real process would have ended. */
  readonly onUnowned: (by: string) => void;
}

type Emit = (this: NodeJS.Process, ...args: unknown[]) => boolean;

export class LeftErrors {
  readonly #options: LeftErrorsOptions;

  constructor(options: LeftErrorsOptions) {
    this.#options = options;
  }

  /** `by`: whose it is. 0 ms: at the end of the code that runs now, as Node does it. */
  leave(process: SimulatedProcess, by: string, afterMs: number): void {
    const inItsContext = AsyncLocalStorage.snapshot();
    const fail = (): void => inItsContext(() => this.#tellProcess(by));
    process.reachAt(this.#options.timeline.nowMs + afterMs, fail);
  }

  #tellProcess(by: string): void {
    const unowned = (): void => this.#options.onUnowned(by);
    process.prependOnceListener('uncaughtException', unowned);
    (process.emit as Emit).call(process, 'uncaughtException', new Error(leftBy(by)), 'unhandledRejection');
    process.off('uncaughtException', unowned);
  }
}

/** What such an error says. */
function leftBy(by: string): string {
  return `left by ${by};`;
}

/** Whose errors a text tells of. */
export function findLeftErrors(text: string): string[] {
  return [...text.matchAll(/left by ([^;"]*);/g)].map(([, by = '']) => by);
}
