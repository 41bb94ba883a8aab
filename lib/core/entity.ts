/** An entity as its callers and the engine see it: the definition behind the function that an author calls, and its keys. */
import type { Awaitable } from './awaitable.ts';
import { describeValue } from './describe-value.ts';
import { WorkflowCodeError } from './errors.ts';
import { RUN_ID_LIMIT } from './run-id.ts';
import { UnknownHandlerError } from './entity-errors.ts';

/** Any function of a state, and of what its caller passes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the parameters of any function are `any`
type OfState<S> = (state: S, ...args: any[]) => unknown;

/** Functions that change a state, by name: plain ones, or generators, which may wait. */
export type EntityHandlers<S> = Readonly<Record<string, OfState<S>>>;

/** Functions that look at a state, by name. */
export type EntityReads<S> = Readonly<Record<string, OfState<S>>>;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- of any state
type ArgumentsOf<F> = F extends (state: any, ...args: infer A) => unknown ? A : never;

/** What a handler gives its caller: of a generator, what it returns. */
type AnswerOf<F> = F extends (...args: never[]) => infer R
  ? // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever it yields and takes
    R extends Generator<any, infer T, any>
    ? T
    : R
  : never;

/** The calls of an entity, as a workflow makes them. */
export type EntityCalls<H> = { readonly [K in keyof H]: (...args: ArgumentsOf<H[K]>) => Awaitable<AnswerOf<H[K]>> };

/** The calls of an entity, as they are made from outside. */
export type EntityClient<H> = { readonly [K in keyof H]: (...args: ArgumentsOf<H[K]>) => Promise<AnswerOf<H[K]>> };

const ENTITY: unique symbol = Symbol.for('lull.entity') as never;

/** Any entity, whatever its state and its handlers. */
export interface AnyEntity {
  readonly name: string;
  readonly [ENTITY]: EntityDefinition;
}

/**
 * States by key, each with handlers that run one at a time. Called with a key inside a run, it gives the calls that can be
 * awaited there; from outside, they are those of `client.entity`. `H` are handlers and reads.
 */
export interface Entity<H> extends AnyEntity {
  (key: string): EntityCalls<H>;
}

/** An entity, as the engine and its callers know it. */
export interface EntityDefinition {
  readonly name: string;
  /** In the order in which they were written. */
  readonly handlers: readonly string[];
  readonly reads: readonly string[];
}

/** Binds a definition to the function that authors call. */
export function setEntity(entity: object, definition: EntityDefinition): void {
  Object.defineProperty(entity, ENTITY, { value: definition });
}

/** Says whether a value is what `entity()` gave. */
export function isEntity(value: unknown): value is AnyEntity {
  return typeof value === 'function' && ENTITY in value;
}

/** The definition behind an entity. */
export function entityOf(entity: AnyEntity): EntityDefinition {
  return entity[ENTITY];
}

/** The id of the run that has the state of a key. */
export function entityRunId({ name }: EntityDefinition, key: unknown): string {
  const most = RUN_ID_LIMIT - name.length - 1;
  if (typeof key === 'string' && /^[\w.:-]+$/.test(key) && key.length <= most && key !== '.' && key !== '..') {
    return `${name}:${key}`;
  }
  throw new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `the key of entity "${name}" cannot be ${describeValue(key)}: give 1 to ${most} characters out of A-Z, a-z, 0-9 and ` +
      `. _ : -, not "." or "..". Of anything else, such as an address, make a key first (encode it, or take a digest)`,
  );
}

/** The key of the entity that a run is; undefined of a run with an id that no entity has. */
export function entityKeyOf({ name }: EntityDefinition, runId: string): string | undefined {
  return runId.startsWith(`${name}:`) ? runId.slice(name.length + 1) : undefined;
}

/** Whether it is a handler or a read; raises an UnknownHandlerError for a name of neither. */
export function kindOfCall({ name, handlers, reads }: EntityDefinition, called: string): 'handler' | 'read' {
  if (handlers.includes(called)) return 'handler';
  if (reads.includes(called)) return 'read';
  throw new UnknownHandlerError(name, called, [...handlers, ...reads]);
}

/** What a link of the run of an entity begins with. */
export interface EntityInput {
  /** Of a link after the first. Absent: what `initial` gives. */
  readonly state?: object;
}

/** Of an entity that is begun now. */
export const NEW_ENTITY: EntityInput = {};

/** Says whether a run was begun as that of an entity. */
export function isEntityInput(input: unknown): input is EntityInput {
  if (typeof input !== 'object' || input === null) return false;
  return Object.entries(input).every(([name, value]) => name === 'state' && typeof value === 'object');
}
