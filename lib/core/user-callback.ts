/** A callback of the author's own, as a watcher: the one kind of watcher that holds a function. */
import { ignoreRejection, isPromise } from './check-awaitable.ts';
import type { Future } from './future.ts';
import type { Watcher } from './job.ts';
import { currentLoop } from './loop.ts';

export class UserCallback implements Watcher {
  /** The author's code. */
  readonly callback: (future: never) => unknown;

  constructor(callback: (future: never) => unknown) {
    this.callback = callback;
  }

  futureDone(future: Future<unknown>): void {
    const returned = this.callback(future as never);
    if (isPromise(returned)) refusePromise(returned);
  }
}

function refusePromise(returned: PromiseLike<unknown>): void {
  ignoreRejection(returned);
  const { log, tasks } = currentLoop('a callback');
  log.write('error', [
    `A callback of the workflow returned a promise (${tasks.codeLocation()}): no run waits for a promise. Give a plain ` +
      `function, or make a task of the work, createTask(...)`,
  ]);
}
