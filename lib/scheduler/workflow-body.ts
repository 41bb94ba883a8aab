/** The body of a workflow, as its first task awaits it. */
import type { Awaitable } from '../core/awaitable.ts';
import type { RunHost } from './run-host.ts';

/** The body's call is made by its task, so that an error in the call is the task's failure. */
export class WorkflowBody implements Awaitable<unknown> {
  readonly #host: RunHost;

  constructor(host: RunHost) {
    this.#host = host;
  }

  [Symbol.iterator](): ReturnType<Awaitable<unknown>[typeof Symbol.iterator]> {
    return this.#host.body()[Symbol.iterator]();
  }
}
