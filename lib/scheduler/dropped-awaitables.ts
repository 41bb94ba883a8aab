/** Finds awaitables that were created in a task and never awaited. */
import { type CallSite, describeCallSite } from '../core/call-site.ts';
import { WorkflowCodeError } from '../core/errors.ts';

interface Created<T> {
  readonly task: T;
  readonly what: string;
  readonly where: CallSite | undefined;
  /** It runs without being awaited, and only its result, or its error, is lost. */
  readonly isEager: boolean;
}

/** `T` are the tasks. */
export class DroppedAwaitables<T extends object> {
  readonly #created = new Map<object, Created<T>>();
  readonly #counts = new Map<T, number>();

  created(awaitable: object, created: Created<T>): void {
    this.#created.set(awaitable, created);
    this.#counts.set(created.task, (this.#counts.get(created.task) ?? 0) + 1);
  }

  awaited(awaitable: object): void {
    const created = this.#created.get(awaitable);
    if (created !== undefined) this.#forget(awaitable, created);
  }

  /** A task may return an eager awaitable to its own awaiter. */
  handedOn(value: unknown): void {
    const created = this.#created.get(value as object);
    if (created?.isEager === true) this.#forget(value as object, created);
  }

  /** What was created and not awaited yet, as an author wrote it, with its place. */
  nameOf(awaitable: object): string | undefined {
    const created = this.#created.get(awaitable);
    return created && describe(created);
  }

  /** An error that names what this task created and never awaited; undefined if there is nothing. */
  errorFor(task: T): WorkflowCodeError | undefined {
    const dropped = this.#of(task);
    if (dropped.length === 0) return undefined;
    const lazy = dropped.filter(([, created]) => !created.isEager);
    const eager = dropped.filter(([, created]) => created.isEager);
    const messages = [
      ...(lazy.length === 0
        ? []
        : [
            `${listed(lazy)} created and never awaited, so nothing of it happened: write yield* in front of it (or ` +
              `createTask(...) to let it run at the side)`,
          ]),
      ...(eager.length === 0
        ? []
        : [`${listed(eager)} begun and never awaited, so its result or error is lost: write yield* in front of it`]),
    ];
    return new WorkflowCodeError('NEVER_AWAITED', messages.join('. '));
  }

  forgetAllOf(task: T): void {
    for (const [awaitable, created] of this.#of(task)) this.#forget(awaitable, created);
  }

  #of(task: T): [object, Created<T>][] {
    if (!this.#counts.has(task)) return [];
    return [...this.#created].filter(([, created]) => created.task === task);
  }

  #forget(awaitable: object, created: Created<T>): void {
    this.#created.delete(awaitable);
    const left = (this.#counts.get(created.task) ?? 0) - 1;
    if (left > 0) this.#counts.set(created.task, left);
    else this.#counts.delete(created.task);
  }
}

function listed(dropped: readonly [object, Created<object>][]): string {
  return `${dropped.map(([, created]) => describe(created)).join(', ')} ${dropped.length === 1 ? 'was' : 'were'}`;
}

function describe({ what, where }: Created<object>): string {
  const place = where && describeCallSite(where);
  return place === undefined ? what : `${what} (at ${place})`;
}
