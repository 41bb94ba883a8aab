/** Values of DynamoDB's items: plain ones, as code has them, and in the form of the requests, where each names its type. */
import { describeValue } from '../describe-value.ts';
import { UnserializableValueError } from '../errors.ts';

/** A value as a request has it: `{ S: 'a' }`, `{ N: '1' }`, `{ B: Uint8Array }`, ... */
export type StoredAttribute = Readonly<Record<string, unknown>>;
export type StoredItem = Readonly<Record<string, StoredAttribute>>;

/** What has to be behind each name of a type. */
const FORMS: Readonly<Record<string, (value: unknown) => boolean>> = {
  S: (value) => typeof value === 'string',
  N: (value) => typeof value === 'string',
  B: isBytes,
  BOOL: (value) => typeof value === 'boolean',
  NULL: (value) => typeof value === 'boolean',
  SS: isListOf((value) => typeof value === 'string'),
  NS: isListOf((value) => typeof value === 'string'),
  BS: isListOf(isBytes),
  L: isListOf(isStoredAttribute),
  M: (value) => isPlainObject(value) && Object.values(value).every(isStoredAttribute),
};

export function isStoredAttribute(value: unknown): value is StoredAttribute {
  if (!isPlainObject(value)) return false;
  const [type, ...others] = Object.keys(value);
  return type !== undefined && others.length === 0 && Object.hasOwn(FORMS, type) && FORMS[type]?.(value[type]) === true;
}

/** An UnserializableValueError names the path to what a table cannot take. */
function toStored(value: unknown, path: string): StoredAttribute {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'boolean':
      return { BOOL: value };
    case 'bigint':
      return { N: String(value) };
    case 'number':
      if (Number.isFinite(value)) return { N: String(value) };
      break;
    case 'object':
      return value === null ? { NULL: true } : objectToStored(value, path);
    default:
  }
  throw refused(value, path);
}

function objectToStored(value: object, path: string): StoredAttribute {
  if (isBytes(value)) return { B: value };
  if (Array.isArray(value)) return { L: Array.from(value, (each, index) => toStored(each, `${path}[${index}]`)) };
  if (value instanceof Set) return setToStored(value, path);
  if (!isPlainObject(value)) throw refused(value, path);
  return { M: itemToStored(value, path) };
}

export function itemToStored(value: Readonly<Record<string, unknown>>, path: string): StoredItem {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toStored(each, `${path}.${name}`)]));
}

function setToStored(value: ReadonlySet<unknown>, path: string): StoredAttribute {
  const all = [...value];
  if (all.length === 0) throw refusal(path, 'an empty Set, which a table cannot hold: leave it out');
  if (all.every((each) => typeof each === 'string')) return { SS: all };
  if (all.every((each) => typeof each === 'bigint' || (typeof each === 'number' && Number.isFinite(each)))) {
    return { NS: all.map(String) };
  }
  if (all.every(isBytes)) return { BS: all };
  throw refusal(path, 'a Set that a table cannot hold: all of it has to be texts, numbers, or Uint8Arrays');
}

function fromStored(stored: StoredAttribute): unknown {
  const [[type, value] = ['', undefined]] = Object.entries(stored);
  switch (type) {
    case 'N':
      return toNumber(value as string);
    case 'NULL':
      return null;
    case 'SS':
    case 'BS':
      return new Set(value as unknown[]);
    case 'NS':
      return new Set((value as string[]).map(toNumber));
    case 'L':
      return (value as StoredAttribute[]).map(fromStored);
    case 'M':
      return itemFromStored(value as StoredItem);
    default:
      return value;
  }
}

export function itemFromStored(item: StoredItem): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromStored(value)]));
}

/** One that a number of JavaScript would change is a bigint. */
function toNumber(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(text) ? value : BigInt(text);
}

/** The same with each Uint8Array as base64, as JSON has it. */
export function bytesToText<T>(value: T): T {
  return changeEach(value, (each) => (isBytes(each) ? toBase64(each) : undefined)) as T;
}

/** Back again: a text behind `B` or `BS` becomes bytes. */
export function textToBytes(item: StoredItem): StoredItem {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeToBytes(value)]));
}

function attributeToBytes(stored: StoredAttribute): StoredAttribute {
  const { B, BS, L, M } = stored;
  if (typeof B === 'string') return { B: fromBase64(B) };
  if (Array.isArray(BS)) return { BS: BS.map((each: unknown) => (typeof each === 'string' ? fromBase64(each) : each)) };
  if (Array.isArray(L)) return { L: L.map((each) => attributeToBytes(each as StoredAttribute)) };
  if (M !== undefined) return { M: textToBytes(M as StoredItem) };
  return stored;
}

function changeEach(value: unknown, change: (value: unknown) => unknown): unknown {
  const changed = change(value);
  if (changed !== undefined) return changed;
  if (Array.isArray(value)) return value.map((each) => changeEach(each, change));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, changeEach(each, change)]));
}

/** Bytes of a value by DynamoDB's rules, with numbers estimated from above; names count too. */
export function storedItemBytes(item: StoredItem): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + textBytes(name) + storedBytes(value), 0);
}

function storedBytes(stored: StoredAttribute): number {
  const [[type, value] = ['', undefined]] = Object.entries(stored);
  switch (type) {
    case 'S':
      return textBytes(value as string);
    case 'N':
      return numberBytes(value as string);
    case 'B':
      return (value as Uint8Array).length;
    case 'SS':
      return sum((value as string[]).map(textBytes));
    case 'NS':
      return sum((value as string[]).map(numberBytes));
    case 'BS':
      return sum((value as Uint8Array[]).map(({ length }) => length));
    case 'L':
      return 3 + sum((value as StoredAttribute[]).map((each) => 1 + storedBytes(each)));
    case 'M': {
      const item = value as StoredItem;
      return 3 + Object.keys(item).length + storedItemBytes(item);
    }
    default:
      return 1;
  }
}

function numberBytes(text: string): number {
  return Math.ceil(text.replace(/\D/g, '').length / 2) + 2;
}

function textBytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isListOf(is: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(is);
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function refused(value: unknown, path: string): UnserializableValueError {
  return refusal(path, `${describeValue(value)}, which a table cannot hold${ADVICE}`);
}

const ADVICE =
  ': give texts, finite numbers, bigints, booleans, null, Uint8Arrays, Sets of one kind, arrays and plain objects';

function refusal(path: string, what: string): UnserializableValueError {
  return new UnserializableValueError(path, `${path} is ${what}`);
}
