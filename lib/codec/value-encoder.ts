/**
 * Walks through one value and gives its stored form.
 *
 * One pass suffices for a tree. Objects that stand at several places are found on the way; then the value is walked
 * again, and their first place is marked. So it is with what has to be left out of a recorded failure.
 * The depth and the number of objects are limited: no value makes it hang or run out of stack.
 */
import { type RegisteredInstance, registeredFor } from '../core/class-registry.ts';
import { ignoreRejection } from '../core/check-awaitable.ts';
import { className } from '../core/describe-value.ts';
import { UnserializableValueError } from '../core/errors.ts';
import { describeThrown, isError } from '../core/to-error.ts';
import { builtinStore } from './store-builtin.ts';
import { storeError } from './store-error.ts';
import type { Json } from './format.ts';
import { escapedForm, isSpecialKey, objectForm } from './object-form.ts';
import type { Omissions } from './omissions.ts';
import { type PathPart, pathText } from './path.ts';
import { refusalOf } from './refusal.ts';
import { SharedObjects } from './shared-objects.ts';
import type { Walker } from './walker.ts';

export interface EncoderLimits {
  readonly depth: number;
  readonly objects: number;
  readonly message: number;
}

/** A getter that returns another object each time could be followed without end. */
const MAX_PASSES = 10;

export class ValueEncoder implements Walker {
  readonly messageLimit: number;
  readonly #where: string;
  readonly #limits: EncoderLimits;
  readonly #omissions: Omissions | undefined;
  readonly #path: PathPart[] = [];
  #depth = 0;
  readonly #objects = new SharedObjects();
  /** Registered instances whose data is being walked through. */
  readonly #open = new Set<object>();
  /** What `toData` gave: it is asked once. */
  #data: Map<object, unknown> | undefined;
  #refusal: UnserializableValueError | undefined;

  /** With `omissions`, properties that cannot be stored are left out and noted there. */
  constructor(where: string, limits: EncoderLimits, omissions?: Omissions) {
    this.#where = where;
    this.#limits = limits;
    this.#omissions = omissions;
    this.messageLimit = limits.message;
  }

  run(value: unknown): Json {
    try {
      for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
        const sharedBefore = this.#objects.shared;
        const omittedBefore = this.#omissions?.size ?? 0;
        const stored = this.#walk(value);
        if ((this.#omissions?.size ?? 0) > omittedBefore) {
          this.#objects.startAnew(); // what is left out now may have been the first place of something shared
        } else if (this.#objects.shared > sharedBefore) {
          this.#objects.startPass();
        } else {
          return stored;
        }
      }
    } catch (error) {
      if (error === this.#refusal) throw error;
      this.refuse(`cannot be read: it threw ${describeThrown(error)}`, { cause: error });
    }
    return this.refuse('is not the same each time it is read. Pass plain data');
  }

  child(value: unknown, part: PathPart): Json {
    this.#path[this.#depth] = part;
    this.#depth += 1;
    const stored = this.#walk(value);
    this.#depth -= 1;
    return stored;
  }

  property(holder: object, key: string, read: () => unknown): Json | undefined {
    const omissions = this.#open.size === 0 ? this.#omissions : undefined;
    if (omissions === undefined) return this.child(this.#read(key, read), key);
    if (omissions.has(holder, key)) return undefined;
    const depth = this.#depth;
    try {
      return this.child(this.#read(key, read), key);
    } catch (error) {
      const isRefused = error instanceof UnserializableValueError && error === this.#refusal;
      omissions.add(holder, key, isRefused ? error.path : this.#pathText());
      this.#depth = depth;
      this.#open.clear();
      return undefined;
    }
  }

  refuse(problem: string, { part, cause }: { part?: PathPart; cause?: unknown } = {}): never {
    const path = this.#pathText(part);
    const message = `${this.#where} cannot be stored: ${path === '$' ? 'it' : path} ${problem}`;
    this.#refusal = new UnserializableValueError(path, message, cause === undefined ? undefined : { cause });
    throw this.#refusal;
  }

  #walk(value: unknown): Json {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return isPlainNumber(value) ? value : { $: 'number', v: Object.is(value, -0) ? '-0' : String(value) };
      case 'bigint':
        return { $: 'bigint', v: String(value) };
      case 'undefined':
        return { $: 'undefined' };
      case 'object':
        return value === null ? null : this.#object(value);
      default:
        return this.refuse(refusalOf(value));
    }
  }

  #object(value: object): Json {
    const objects = this.#objects;
    if (objects.wasMet(value)) return this.#again(value);
    if (this.#depth > this.#limits.depth) this.refuse(`is nested deeper than ${this.#limits.depth} levels. Flatten it`);
    if (objects.met >= this.#limits.objects) this.refuse(`is one object too many: ${objects.met} are allowed`);
    const id = objects.first(value);
    return id === 0 ? this.#contents(value) : { $: 'shared', id, v: this.#contents(value) };
  }

  #again(value: object): Json {
    if (this.#open.has(value)) {
      this.refuse(`leads back to ${className(value) ?? 'an object'} from its own data. Break the circle in toData`);
    }
    const id = this.#objects.again(value);
    return id === 0 ? null : { $: 'ref', id };
  }

  #contents(value: object): Json {
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype) return this.#plainObject(value);
    if (prototype === Array.prototype && Array.isArray(value)) return this.#array(value);
    const registered = prototype === null ? undefined : registeredFor(prototype);
    if (registered?.kind === 'instance') return this.#registered(value, registered);
    const store = prototype === null ? undefined : builtinStore(value, prototype);
    if (store !== undefined) return store(value, this);
    if (isError(value)) return storeError(value, this);
    if (prototype === null) return { $: 'NullObject', v: this.#entries(value) };
    return this.#foreign(value);
  }

  #plainObject(value: object): Json {
    if (this.#omissions !== undefined) return objectForm(this.#entries(value));
    const copy = this.#snapshot(value);
    let isEscaped = false;
    for (const key of Object.keys(copy)) {
      const item = copy[key];
      if (isSpecialKey(key)) isEscaped = true;
      if (typeof item !== 'string' && typeof item !== 'boolean') copy[key] = this.child(item, key);
    }
    return isEscaped ? escapedForm(Object.entries(copy) as [string, Json][]) : (copy as Json);
  }

  /** A copy, all of it read before anything is done with it. */
  #snapshot(value: object): Record<string, unknown> {
    let copy: Record<string, unknown>;
    try {
      copy = { ...value };
    } catch (error) {
      for (const key of Object.keys(value)) this.#read(key, () => (value as Record<string, unknown>)[key]);
      throw error;
    }
    this.#refuseSymbols(copy);
    return copy;
  }

  #entries(value: object): [string, Json][] {
    if (this.#omissions === undefined) this.#refuseSymbols(value);
    const entries: [string, Json][] = [];
    for (const key of Object.keys(value)) {
      const stored = this.property(value, key, () => (value as Record<string, unknown>)[key]);
      if (stored !== undefined) entries.push([key, stored]);
    }
    return entries;
  }

  #array(value: readonly unknown[]): Json {
    this.#refuseSymbols(value);
    const keys = Object.keys(value);
    const isWhole = keys.length === value.length && (keys.length === 0 || keys.at(-1) === String(value.length - 1));
    if (isWhole) return this.#wholeArray(value);
    const entries = keys.map((key): Json[] => {
      const part = isIndex(key) ? Number(key) : key;
      return [part, this.child((value as unknown as Record<string, unknown>)[key], part)];
    });
    return { $: 'Array', length: value.length, v: entries };
  }

  #wholeArray(value: readonly unknown[]): Json {
    const copy: Json[] = [];
    for (let index = 0; index < value.length; index += 1) {
      const item = value[index];
      copy.push(typeof item === 'string' ? item : this.child(item, index));
    }
    return copy;
  }

  #registered(value: object, entry: RegisteredInstance): Json {
    if (this.#omissions === undefined || this.#open.size > 0 || !isError(value)) return this.#instance(value, entry);
    const depth = this.#depth;
    try {
      return this.#instance(value, entry);
    } catch {
      this.#depth = depth;
      this.#open.clear();
      return storeError(value, this); // a failure is recorded all the same
    }
  }

  #instance(value: object, entry: RegisteredInstance): Json {
    const data = this.#dataOf(value, entry);
    this.#open.add(value);
    const stored = this.child(data, { call: 'toData' });
    this.#open.delete(value);
    return { $: 'class', name: entry.name, v: stored };
  }

  #dataOf(value: object, { toData }: RegisteredInstance): unknown {
    this.#data ??= new Map();
    if (this.#data.has(value)) return this.#data.get(value);
    const data = this.#read({ call: 'toData' }, () => toData(value));
    this.#data.set(value, data);
    return data;
  }

  /** Plain objects and arrays of another realm become ours. */
  #foreign(value: object): Json {
    const isForeign = !(value instanceof Object);
    if (isForeign && Array.isArray(value) && className(value) === 'Array') return this.#array(value);
    if (isForeign && className(value) === 'Object') return this.#plainObject(value);
    ignoreRejection(value); // a promise that rejects must not bring the process down
    return this.refuse(refusalOf(value));
  }

  #refuseSymbols(value: object): void {
    for (const symbol of Object.getOwnPropertySymbols(value)) {
      if (!Object.prototype.propertyIsEnumerable.call(value, symbol)) continue;
      this.refuse(`has a symbol as a key (${String(symbol)}). Use a text instead`);
    }
  }

  #read(part: PathPart, read: () => unknown): unknown {
    try {
      return read();
    } catch (error) {
      return this.refuse(`cannot be read: it threw ${describeThrown(error)}`, { part, cause: error });
    }
  }

  #pathText(part?: PathPart): string {
    const parts = this.#path.slice(0, this.#depth);
    return pathText(part === undefined ? parts : [...parts, part]);
  }
}

function isPlainNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

function isIndex(key: string): boolean {
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && index < 2 ** 32 - 1 && String(index) === key;
}
