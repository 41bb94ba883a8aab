/**
 * What modules of compiled code have at their top level, by name: functions, classes, constants, and what is in these.
 * A frame that refers to one of them stores the name.
 */
import { forgetClosures } from './closure.ts';
import { forgetDefinitions } from './definition.ts';

export interface NameInModule {
  readonly module: string;
  readonly path: readonly string[];
}

type Getters = Readonly<Record<string, () => unknown>>;

export interface WrittenNames {
  /** What the module declares, and what it imports. */
  readonly own: Getters;
  readonly imported: Getters;
  /** The classes that it declares; true if instances have something hidden. */
  readonly classes: Readonly<Record<string, boolean>>;
}

/** So far into constants: tables of a million entries are not meant to be referred to entry by entry. */
const MAX_DEPTH = 8;
const MAX_OBJECTS = 50_000;

const begun = new Set<string>();
const modules = new Map<string, Getters>();
const names = new WeakMap<object, NameInModule>();
const symbols = new Map<symbol, NameInModule>();
/** The prototypes of known classes; true if instances have something hidden. */
const classPrototypes = new WeakMap<object, boolean>();

/** Called by compiled code at the beginning of a module. */
export function beginModule(id: string): void {
  if (begun.has(id)) {
    forgetDefinitions(id);
    forgetClosures(id);
  }
  begun.add(id);
}

/** Called by compiled code at the end of a module. */
export function nameModule(id: string, { own, imported, classes }: WrittenNames): void {
  modules.set(id, { ...imported, ...own });
  for (const [name, hides] of Object.entries(classes)) {
    const known = read(own[name]);
    if (typeof known === 'function') classPrototypes.set(known.prototype as object, hides);
  }
  const waiting: { value: unknown; path: readonly string[]; isOwn: boolean }[] = [];
  const add = (getters: Getters, isOwn: boolean): void => {
    for (const [name, get] of Object.entries(getters)) waiting.push({ value: read(get), path: [name], isOwn });
  };
  add(own, true);
  add(imported, false);
  for (let index = 0; index < waiting.length && index < MAX_OBJECTS; index += 1) {
    const { value, path, isOwn } = waiting[index] as (typeof waiting)[number];
    if (!give(value, { module: id, path }) || path.length >= MAX_DEPTH) continue;
    const isOpen = isOwn || path.length === 1;
    if (!isOpen || !isContainer(value)) continue;
    for (const key of Object.getOwnPropertyNames(value)) {
      const inner: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
      const isNamed =
        typeof inner === 'object' ? inner !== null : typeof inner === 'function' || typeof inner === 'symbol';
      if (isNamed) waiting.push({ value: inner, path: [...path, key], isOwn });
    }
  }
}

/** The name of an object, a function or a symbol. */
export function nameInModule(value: object | symbol): NameInModule | undefined {
  return typeof value === 'symbol' ? symbols.get(value) : names.get(value);
}

/** What has this name now; undefined if there is no such thing. No getter is run. */
export function namedInModule({ module, path: [first, ...rest] }: NameInModule): unknown {
  const getters = modules.get(module);
  if (first === undefined || getters === undefined || !Object.hasOwn(getters, first)) return undefined;
  let value = read(getters[first]);
  for (const key of rest) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}

/** For the prototype of a class of compiled code: whether its instances have something hidden. */
export function hidesOf(prototype: object): boolean | undefined {
  return classPrototypes.get(prototype);
}

function read(get: (() => unknown) | undefined): unknown {
  try {
    return get?.();
  } catch {
    return undefined; // not initialized: a circle of imports
  }
}

/** False if there is nothing to name, or if it has a name. */
function give(value: unknown, name: NameInModule): boolean {
  if (typeof value === 'symbol') {
    const isNew = Symbol.keyFor(value) === undefined && !symbols.has(value);
    if (isNew) symbols.set(value, name);
    return isNew;
  }
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const before = names.get(value);
  // A module that was loaded again names its own things anew.
  if (before !== undefined && before.module !== name.module) return false;
  if (before !== undefined && namedInModule(before) === value) return false;
  names.set(value, name);
  return true;
}

/** Only of these, what is inside has a name: the parts of an instance belong to the instance. */
function isContainer(value: unknown): value is object {
  if (typeof value === 'function' || Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.hasOwn(value as object, 'constructor'); // the prototype of a class
}
