/**
 * How a run continues as new: its code has asked for it, and its body is left where it stands, as by a return. So `finally`
 * blocks run, and no `catch` block does.
 */
import type { Encoded } from '../core/encoded.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { Future } from '../core/future.ts';
import type { Continuation as LoopContinuation, ReadyJobs } from '../core/loop.ts';
import type { CoroutineTask } from './coroutine-task.ts';
import type { RunHost } from './run-host.ts';
import type { TaskRegistry } from './task-registry.ts';

export interface ContinuationOptions {
  readonly host: RunHost;
  readonly ready: ReadyJobs;
  readonly tasks: TaskRegistry;
}

export class Continuation implements LoopContinuation {
  /** The task of the workflow's body; set when it is made. */
  body: CoroutineTask<unknown> | undefined;
  /** The input of the next link; undefined as long as none was asked for. The first call counts. */
  input: Encoded | undefined;
  readonly #options: ContinuationOptions;

  constructor(options: ContinuationOptions) {
    this.#options = options;
  }

  prepare(input: unknown): Encoded {
    return this.#options.host.nextInput(input);
  }

  begin(input: Encoded): Future<never> {
    const { ready, tasks } = this.#options;
    const { body } = this;
    if (body === undefined || body.done() || (this.input !== undefined && tasks.current() === body)) {
      throw new WorkflowCodeError(
        'INVALID_ARGUMENT',
        'continueAsNew() was called when the body of the workflow had ended, or was being left: call it before that',
      );
    }
    if (this.input === undefined) {
      this.input = input;
      ready.enqueue({ kind: 'leave', task: body });
    }
    return new Future<never>();
  }
}
