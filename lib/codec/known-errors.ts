/** The error classes that come back as themselves without being registered: the language's own and lull's. */
import { brandOf } from '../core/brand.ts';
import * as entityErrors from '../core/entity-errors.ts';
import * as lullErrors from '../core/errors.ts';
import * as runErrors from '../core/run-errors.ts';
import { ExceptionGroup } from '../core/exception-group.ts';
import * as transactionErrors from '../core/transaction/errors.ts';
import { InvariantError } from '../core/invariant.ts';

export interface KnownError {
  readonly name: string;
  readonly prototype: object;
  readonly class: ErrorClass;
}

export type ErrorClass = abstract new (...args: never[]) => Error;

/** Stands for the language's own on a Node that has none: what is read there keeps its class for a newer one. */
class SuppressedErrorStandIn extends Error {
  static {
    this.prototype.name = 'SuppressedError';
    Object.defineProperty(this, 'name', { value: 'SuppressedError' }); // its instances are named by it in messages
  }
}

const { SuppressedError = SuppressedErrorStandIn } = globalThis as { SuppressedError?: ErrorClass };

const BUILTIN: readonly ErrorClass[] = [
  ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError, DOMException],
  SuppressedError,
];

const KNOWN: readonly KnownError[] = [
  ...BUILTIN.map((each): [string, unknown] => [each.name, each]),
  // By the names of the exports: a minifier leaves these as they are.
  ...Object.entries(lullErrors),
  ...Object.entries(runErrors),
  ...Object.entries(entityErrors),
  ...Object.entries(transactionErrors),
  ...Object.entries({ ExceptionGroup, InvariantError }),
].flatMap(([name, each]) => (isErrorClass(each) ? [{ name, class: each, prototype: each.prototype as object }] : []));

const BY_NAME: ReadonlyMap<string, KnownError> = new Map(KNOWN.map((known) => [known.name, known]));
const BY_PROTOTYPE: ReadonlyMap<object, KnownError> = new Map(KNOWN.map((known) => [known.prototype, known]));
const BUILTIN_NAMES: ReadonlySet<string> = new Set(BUILTIN.map((each) => each.name));

/** The class of last resort. */
export const PLAIN_ERROR: KnownError = { name: 'Error', class: Error, prototype: Error.prototype };

export function knownErrorNamed(name: string): KnownError | undefined {
  return BY_NAME.get(name);
}

/** The class with this prototype; one of another realm's own error classes counts as ours. */
export function knownErrorWith(prototype: object, isForeign: boolean): KnownError | undefined {
  const brand = brandOf(prototype); // also of another copy of lull
  const known = BY_PROTOTYPE.get(prototype) ?? (brand === undefined ? undefined : BY_NAME.get(brand));
  if (known !== undefined || !isForeign) return known;
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  const name = typeof constructor === 'function' ? constructor.name : '';
  return BUILTIN_NAMES.has(name) ? BY_NAME.get(name) : undefined;
}

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && (value === Error || value.prototype instanceof Error);
}
