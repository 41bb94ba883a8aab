/** What an update is to its caller and to the run that carries it out: a name, and what comes in and goes out under it. */
import type { Coroutine } from './awaitable.ts';
import type { StandardSchema } from './standard-schema.ts';

/** How a run carries out an update. */
export interface UpdateHandler<I, R> {
  /**
   * Refuses the update by throwing. It may only read: a call that would change the run is a WorkflowCodeError `READ_ONLY`. It
   * is not called in a replay, so what it did to a variable of the workflow would be missing there.
   */
  validate?(input: I): void;
  /** Runs as a task of its own, with the update's name. What it returns is the answer. */
  run: (input: I) => Coroutine<R>;
}

/**
 * A change of a run that its caller waits for: see `update`. `I` is what the handler takes, `R` the answer, `In` what
 * callers pass: a schema that transforms makes the one of the other.
 */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- callers infer it
export interface Update<I, R, In = I> {
  readonly name: string;
  /**
   * Says how this run carries out the update, from here on. A later call takes the place of an earlier one. Updates that
   * came before are carried out now.
   */
  handle(handler: UpdateHandler<I, R>): void;
}

const SCHEMA = Symbol.for('lull.update-schema');

/** Keeps an update's schema where a caller finds it. */
export function setUpdateSchema(update: object, schema: StandardSchema | undefined): void {
  Object.defineProperty(update, SCHEMA, { value: schema });
}

/** Says whether a value is what `update()` gave. */
export function isUpdate(value: unknown): value is Update<unknown, unknown> {
  return typeof value === 'object' && value !== null && SCHEMA in value;
}

/** The schema of an update, by which its input is checked where it comes in; undefined if it has none. */
export function updateSchema(update: { readonly name: string }): StandardSchema | undefined {
  return (update as { readonly [SCHEMA]?: StandardSchema })[SCHEMA];
}
