/**
 * The updates that a run carries out: a task for each, and then its answer, which is written to the update's message by an
 * operation of the engine (a step), after the record that led to it (I3).
 *
 * The answer is no part of the task: the end of the workflow's body cancels tasks, and waits for answers. An update whose
 * task is cancelled by that end has none.
 */
import type { Awaitable } from '../core/awaitable.ts';
import { LullError, WorkflowCodeError } from '../core/errors.ts';
import { ADD_WATCHER, type Future } from '../core/future.ts';
import { invariant } from '../core/invariant.ts';
import type { Watcher } from '../core/job.ts';
import type { UpdateTask } from '../core/message-handlers.ts';
import type { AnswerOperation } from '../core/operation.ts';
import { whileReading } from '../core/reading.ts';
import type { UpdateReceived } from '../journal/event.ts';
import type { EventLoop } from './event-loop.ts';

export class Updates {
  readonly #loop: EventLoop;
  readonly #maxTasks: number;
  /** Updates that are being carried out, or whose answer is not written yet: `begin` counts up, `#settled` down. */
  #open = 0;
  /** The workflow's body is over. */
  #bodyHasEnded = false;

  constructor(loop: EventLoop, maxTasks: number) {
    this.#loop = loop;
    this.#maxTasks = maxTasks;
  }

  /** Nothing is carried out any more, and each that was has its answer. */
  get areSettled(): boolean {
    return this.#open === 0;
  }

  /** Its tasks are gone, and none of its answers will be written. */
  abandon(): void {
    this.#bodyHasEnded = true;
    this.#open = 0;
  }

  /** Tasks that are cancelled from here on have no answer. */
  bodyEnded(): void {
    this.#bodyHasEnded = true;
  }

  /** Whether an update of that name is to be looked at now. */
  handles(name: string): boolean {
    const { handlers } = this.#loop;
    if (this.#bodyHasEnded) return false;
    return handlers.gate === undefined ? handlers.update(name) !== undefined : handlers.gate.isOpen;
  }

  /** Throws if the update is refused. Changes nothing. */
  check(name: string, input: unknown): void {
    const handler = this.#handler(name);
    if (this.#loop.tasks.size > this.#maxTasks) throw this.#tooManyTasks(name);
    whileReading(`the validator of update "${name}"`, () => handler.validate(input));
  }

  begin({ name, messageId }: UpdateReceived, input: unknown): void {
    const task = this.#loop.tasks.create(new UpdateBody(this.#handler(name), input), { name });
    this.#open += 1;
    task[ADD_WATCHER](new TaskOfUpdate(this, { name, messageId }));
  }

  /** Its task has ended. */
  answer(update: UpdateOfRun, task: Future<unknown>): void {
    // A run that continues as new does not end: then the caller learns it.
    if (task.cancelled() && this.#bodyHasEnded && !this.#continuesAsNew()) {
      this.settled();
      return;
    }
    const { name, messageId } = update;
    const operation: AnswerOperation = {
      kind: 'answer',
      runId: this.#loop.info.id,
      messageId,
      ...this.#outcomeOf(name, task),
    };
    const command = { kind: 'step', name, key: messageId, options: {}, body: undefined, operation } as const;
    this.#loop.commands.beginWithoutLimit(command)[ADD_WATCHER](new WrittenAnswer(this));
  }

  #continuesAsNew(): boolean {
    return this.#loop.continuation.input !== undefined;
  }

  settled(): void {
    this.#open -= 1;
  }

  #outcomeOf(name: string, task: Future<unknown>): Pick<AnswerOperation, 'status' | 'value'> {
    const { values } = this.#loop;
    const what = `the answer to update "${name}"`;
    try {
      if (task.cancelled() && this.#continuesAsNew()) throw continuedMeanwhile(this.#loop.info.id, name);
      return { status: 'completed', value: values.encode(task.result(), what) };
    } catch (error) {
      return { status: 'failed', value: values.encodeError(error, what) };
    }
  }

  #handler(name: string): UpdateTask {
    const { handlers } = this.#loop;
    const handler = handlers.update(name) ?? handlers.gate?.missing(name);
    invariant(handler !== undefined, `update "${name}" has no handler`);
    return handler;
  }

  #tooManyTasks(name: string): WorkflowCodeError {
    return new WorkflowCodeError(
      'TOO_MANY_TASKS',
      `update "${name}" was not begun: the run has ${this.#loop.tasks.size - 1} tasks beside its own, and the limit is ` +
        `${this.#maxTasks} (maxTasks). Ask again when some have ended`,
    );
  }
}

function continuedMeanwhile(runId: string, name: string): LullError {
  return new LullError(
    'RUN_ENDED',
    `run "${runId}" continued as new while update "${name}" was carried out: ask it again`,
  );
}

export interface UpdateOfRun {
  readonly name: string;
  readonly messageId: string;
}

/** The author's call is made by the task, so that an error in the call is the task's failure. */
class UpdateBody implements Awaitable<unknown> {
  readonly #handler: UpdateTask;
  readonly #input: unknown;

  constructor(handler: UpdateTask, input: unknown) {
    this.#handler = handler;
    this.#input = input;
  }

  [Symbol.iterator](): ReturnType<Awaitable<unknown>[typeof Symbol.iterator]> {
    return this.#handler.start(this.#input)[Symbol.iterator]();
  }
}

class TaskOfUpdate implements Watcher {
  readonly #updates: Updates;
  readonly #update: UpdateOfRun;

  constructor(updates: Updates, update: UpdateOfRun) {
    this.#updates = updates;
    this.#update = update;
  }

  futureDone(task: Future<unknown>): void {
    this.#updates.answer(this.#update, task);
  }
}

class WrittenAnswer implements Watcher {
  readonly #updates: Updates;

  constructor(updates: Updates) {
    this.#updates = updates;
  }

  futureDone(answer: Future<unknown>): void {
    if (!answer.cancelled()) answer.exception(); // seen: an answer that cannot be written is logged by the step
    this.#updates.settled();
  }
}
