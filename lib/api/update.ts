/** Changes of a run that their callers wait for. */
import type { Coroutine } from '../core/awaitable.ts';
import { ignoreRejection, isPromise } from '../core/check-awaitable.ts';
import { checkPathName } from '../core/check-name.ts';
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoop } from '../core/loop.ts';
import type { UpdateTask } from '../core/message-handlers.ts';
import { readOnly } from '../core/reading.ts';
import type { StandardSchema, StandardSchemaV1 } from '../core/standard-schema.ts';
import { setUpdateSchema, type Update, type UpdateHandler, updateSchema } from '../core/update.ts';
import { validOrThrow } from '../core/validate.ts';
import { asCoroutine } from './body.ts';
import { checkSchema } from './check-schema.ts';

/** What may be said about an update beside its name. */
export interface UpdateOptions<I, In = I> {
  /**
   * Turns what callers pass into what the handler takes. It has to answer at once. An input is checked at its caller, kept
   * as it was sent, and transformed in the run.
   */
  schema?: StandardSchemaV1<In, I>;
}

/**
 * Names a change of a run that can be asked for from outside, with `run.update`, which waits for the answer. Made once,
 * outside of workflows; inside, `handle` says how the run carries it out: a validator that may refuse it, and a coroutine
 * that runs as a task of its own and returns the answer.
 *
 * An update that is refused leaves no trace in the run. One that comes before its handler waits for it. Several may run at
 * once: a Lock keeps them apart. One that is still running when the workflow returns is cancelled, and its caller gets a
 * RunEndedError. Asked for again under its id, an update gives the same answer, and is carried out once.
 *
 * @example
 * ```ts
 * const add = update<number, number>('add');
 * const close = signal<void>('close');
 * const counter = workflow('counter', function* () {
 *   let sum = 0;
 *   add.handle({
 *     validate: (n) => {
 *       if (n < 0) throw new RangeError('the counter only goes up');
 *     },
 *     run: function* (n) {
 *       yield* step('note', () => undefined);
 *       return (sum += n);
 *     },
 *   });
 *   yield* close.receive();
 *   return sum;
 * });
 *
 * const engine = createTestEngine({ workflows: [counter] });
 * const run = await engine.start(counter);
 * await run.update(add, 2); // => 2
 * await run.update(add, 3); // => 5
 * ```
 */
export function update<I = void, R = unknown>(
  name: string,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- to say what callers pass, name a third type
  options?: { schema?: StandardSchemaV1<any, I> },
): Update<I, R>;
export function update<I, R, In>(name: string, options: UpdateOptions<I, In>): Update<I, R, In>;
export function update<I, R>(name: string, options: { schema?: unknown } = {}): Update<I, R> {
  checkPathName(name, 'an update');
  return new NamedUpdate<I, R>(name, checkSchema(`update "${name}"`, options.schema));
}

class NamedUpdate<I, R> implements Update<I, R> {
  readonly name: string;

  constructor(name: string, schema: StandardSchema | undefined) {
    this.name = name;
    setUpdateSchema(this, schema);
  }

  handle(handler: UpdateHandler<I, R>): void {
    const { handlers } = currentLoop(`handle() of update "${this.name}"`);
    checkHandler(this.name, handler);
    handlers.setUpdate(this.name, new HandledUpdate(this, handler));
  }
}

class HandledUpdate implements UpdateTask {
  readonly update: Update<never, unknown>;
  /** The author's. */
  readonly handler: UpdateHandler<never, unknown>;

  constructor(update: Update<never, unknown>, handler: UpdateHandler<never, unknown>) {
    this.update = update;
    this.handler = handler;
  }

  validate(input: unknown): void {
    const returned = this.handler.validate?.(this.#transformed(input)) as unknown;
    if (!isPromise(returned)) return;
    ignoreRejection(returned);
    throw readOnly(`the validator of update "${this.update.name}"`, 'returned a promise');
  }

  start(input: unknown): Coroutine<unknown> {
    return asCoroutine(`handle() of update "${this.update.name}"`, this.handler.run(this.#transformed(input)));
  }

  #transformed(input: unknown): never {
    return validOrThrow(updateSchema(this.update), input, `the input of update "${this.update.name}"`) as never;
  }
}

function checkHandler(name: string, handler: unknown): void {
  const { run, validate } = (handler ?? {}) as { readonly run?: unknown; readonly validate?: unknown };
  if (typeof run === 'function' && (validate === undefined || typeof validate === 'function')) return;
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `handle() of update "${name}" was given ${describeValue(handler)}: give an object with run: function* (input) ` +
      `{ ... } and, if some are to be refused, validate: (input) => { ... }`,
  );
}
