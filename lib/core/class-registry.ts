/**
 * The classes whose instances come back as themselves when they cross an await point.
 *
 * The registry hangs on the global object, so that two copies of this module in one process share it. A name belongs to
 * one class. A module that is loaded again (hot reload) brings a new class of the same name and the same source text:
 * that one takes the name over, and instances of the old one can still be stored. Another text is another class.
 */
import { describeValue } from './describe-value.ts';
import { WorkflowCodeError } from './errors.ts';

type Class<T = unknown> = abstract new (...args: never[]) => T;

export interface RegisteredError {
  readonly kind: 'error';
  readonly name: string;
  readonly class: Class<Error>;
}

export interface RegisteredInstance {
  readonly kind: 'instance';
  readonly name: string;
  readonly class: Class;
  readonly toData: (value: unknown) => unknown;
  readonly fromData: (data: unknown) => unknown;
  /** It is a class of lull's. */
  readonly isOwn?: true;
}

export type Registered = RegisteredError | RegisteredInstance;

interface Registry {
  readonly byName: Map<string, Registered>;
  readonly byPrototype: WeakMap<object, Registered>;
}

const SLOT = Symbol.for('lull.classes');
const slot = globalThis as { [SLOT]?: Registry | undefined };

/**
 * Makes an error class come back as itself: what a step throws is `instanceof` it in the workflow too, with its
 * message, cause and own enumerable properties. The constructor is not called again, so private fields (`#x`) stay
 * empty: a class that has some is for `registerClass`.
 *
 * It is known by the `name` on its prototype, else by the class's own name. A minifier changes the latter and so loses
 * what is stored: keep names, or write `static { this.prototype.name = 'PaymentDeclined' }`. Call it at the top level
 * of the module that has the class. Twice is fine; another class under a name that is taken raises
 * WorkflowCodeError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * class PaymentDeclined extends Error {
 *   readonly reason: string;
 *   constructor(reason: string) {
 *     super(`the bank said: ${reason}`);
 *     this.reason = reason;
 *   }
 * }
 * registerError(PaymentDeclined);
 *
 * const charge = defineStep('charge', { retry: false }, () => {
 *   throw new PaymentDeclined('no funds');
 * });
 * const checkout = workflow('checkout', function* () {
 *   try {
 *     return yield* charge();
 *   } catch (error) {
 *     const { cause } = error as StepFailedError;
 *     return cause instanceof PaymentDeclined ? cause.reason : 'a riddle';
 *   }
 * });
 * const engine = createTestEngine({ workflows: [checkout] });
 * engine.run(checkout, undefined); // => 'no funds'
 * ```
 */
export function registerError(errorClass: new (...args: never[]) => Error): void {
  const known = checkClass('registerError', errorClass);
  if (!(known.prototype instanceof Error)) {
    throw invalid(`registerError takes a class that extends Error, not ${describeValue(errorClass)}`);
  }
  const onPrototype: unknown = Object.getOwnPropertyDescriptor(known.prototype, 'name')?.value;
  const name = typeof onPrototype === 'string' && onPrototype !== '' ? onPrototype : errorClass.name;
  checkName('registerError', name, errorClass);
  register({ kind: 'error', name, class: errorClass });
}

/**
 * Makes instances of a class come back as themselves: `toData` gives what is stored, `fromData` makes the instance
 * again. The data may be anything that can be stored. It is for exactly this class: a subclass is registered by itself.
 *
 * The name is stored with each value, so it has to stay; it may differ from the class's. Twice is fine; another class
 * under a name that is taken raises WorkflowCodeError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * class Money {
 *   readonly cents: bigint;
 *   constructor(cents: bigint) {
 *     this.cents = cents;
 *   }
 * }
 * registerClass(Money, { name: 'Money', toData: (money) => money.cents, fromData: (cents) => new Money(cents) });
 *
 * const shop = workflow('shop', function* () {
 *   const price = yield* step('price', () => new Money(1999n));
 *   return price instanceof Money && price.cents;
 * });
 * const engine = createTestEngine({ workflows: [shop] });
 * engine.run(shop, undefined); // => 1999n
 * ```
 */
export function registerClass<T, D>(
  constructor: new (...args: never[]) => T,
  options: { name: string; toData: (value: T) => D; fromData: (data: D) => T },
): void {
  checkClass('registerClass', constructor);
  checkName('registerClass', options.name, constructor);
  for (const key of ['toData', 'fromData'] as const) {
    if (typeof options[key] === 'function') continue;
    throw invalid(`registerClass("${options.name}") needs a function ${key}, not ${describeValue(options[key])}`);
  }
  register({
    kind: 'instance',
    name: options.name,
    class: constructor,
    toData: options.toData as (value: unknown) => unknown,
    fromData: options.fromData as (data: unknown) => unknown,
  });
}

/**
 * For a class of lull's own. Another copy of lull in this process has a class of the same name and form: each stores its
 * own instances, and the copy that was loaded last reads them.
 */
export function registerOwnClass<T, D>(
  constructor: new (...args: never[]) => T,
  options: { name: string; toData: (value: T) => D; fromData: (data: D) => T },
): void {
  const { name, toData, fromData } = options;
  const entry: RegisteredInstance = {
    ...{ kind: 'instance', name, class: constructor, isOwn: true },
    toData: toData as (value: unknown) => unknown,
    fromData: fromData as (data: unknown) => unknown,
  };
  const { byName, byPrototype } = registry();
  byName.set(name, entry);
  byPrototype.set(constructor.prototype as object, entry);
}

/** What was registered for the instances with exactly this prototype. */
export function registeredFor(prototype: object): Registered | undefined {
  return slot[SLOT]?.byPrototype.get(prototype);
}

/** All classes that authors have registered. */
export function registeredClasses(): Class[] {
  const all = [...(slot[SLOT]?.byName.values() ?? [])];
  return all.flatMap((registered) => ('isOwn' in registered ? [] : [registered.class]));
}

/** What was registered under a name. */
export function registeredAs(name: string): Registered | undefined {
  return slot[SLOT]?.byName.get(name);
}

function register(entry: Registered): void {
  const { byName, byPrototype } = registry();
  const prototype = entry.class.prototype as object;
  const before = byPrototype.get(prototype);
  if (before !== undefined && (before.name !== entry.name || before.kind !== entry.kind)) {
    throw invalid(`${describeValue(entry.class)} is registered already, as "${before.name}": register it once`);
  }
  const holder = byName.get(entry.name);
  if (holder !== undefined && !isSame(holder, entry)) {
    throw invalid(
      `the name "${entry.name}" belongs to another class already (${describeValue(holder.class)}): give ` +
        `${describeValue(entry.class)} a name of its own`,
    );
  }
  byName.set(entry.name, entry);
  byPrototype.set(prototype, entry);
}

function registry(): Registry {
  const own: Registry = slot[SLOT] ?? { byName: new Map(), byPrototype: new WeakMap() };
  slot[SLOT] = own;
  return own;
}

/** The same class, or that class from a module which was loaded again. */
function isSame(one: Registered, other: Registered): boolean {
  return one.kind === other.kind && (one.class === other.class || String(one.class) === String(other.class));
}

// What is stored as it is. A registration for one of these would never be asked.
const BUILT_IN: ReadonlySet<unknown> = new Set<unknown>([
  ...[Object, Array, Date, Map, Set, RegExp, URL, ArrayBuffer, DataView, Buffer],
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError, DOMException],
  // In newer versions of Node only.
  ...['Float16Array', 'SuppressedError'].flatMap((name) => (globalThis as Record<string, unknown>)[name] ?? []),
]);

function checkClass(call: string, candidate: unknown): Class {
  const isClass = typeof candidate === 'function' && typeof candidate.prototype === 'object';
  if (!isClass || candidate.prototype === null) throw invalid(`${call} takes a class, not ${describeValue(candidate)}`);
  if (BUILT_IN.has(candidate)) throw invalid(`${call} is not needed for ${candidate.name}: lull stores it by itself`);
  return candidate as unknown as Class;
}

function checkName(call: string, name: unknown, of: unknown): void {
  if (typeof name === 'string' && name !== '') return;
  throw invalid(`${call} needs a name for ${describeValue(of)}: a text that is not empty, not ${describeValue(name)}`);
}

function invalid(message: string): WorkflowCodeError {
  return new WorkflowCodeError('INVALID_ARGUMENT', message);
}
