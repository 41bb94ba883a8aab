/**
 * What modules of compiled code have at their top level, by name: functions, classes, constants, and what is in these.
 * A frame that refers to one of them stores the name.
 */
import { forgetClosures } from './closure.ts';
import { forgetDefinitions } from './definition.ts';
import { read, setCode, type Getters, type WrittenCode } from './module-code.ts';

export interface NameInModule {
  readonly module: string;
  readonly path: readonly string[];
}

export interface WrittenNames {
  /** What the module declares, and what it imports. */
  readonly own: Getters;
  readonly imported: Getters;
  /** The classes that it declares; true if instances have something hidden. */
  readonly classes: Readonly<Record<string, boolean>>;
  /** What its code is made of; lull's own modules do not say so. */
  readonly code?: WrittenCode;
}

/** So far into constants: tables of a million entries are not meant to be referred to entry by entry. */
const MAX_DEPTH = 8;
const MAX_OBJECTS = 50_000;

/** The modules that were begun, with hashes of their sources. */
const begun = new Map<string, string>();
const modules = new Map<string, Getters>();
const names = new WeakMap<object, NameInModule>();
const symbols = new Map<symbol, NameInModule>();
/** The prototypes of known classes; true if instances have something hidden. */
const classPrototypes = new WeakMap<object, boolean>();

/** A class that a module has at its top level, as instances of it are stored. */
export interface ClassInModule {
  readonly module: string;
  readonly name: string;
  readonly prototype: object;
  /** Its private names, which have become symbols. */
  readonly privates: Map<string, symbol>;
  /** How the last one was made that was read: most have the same properties. */
  lastRead?: unknown;
}

/** Known until the next module is loaded, which may be one of them again. */
const knownClasses = new Map<string, Map<string, ClassInModule>>();

/** Called by compiled code at the beginning of a module. `hash`: of its source. */
export function beginModule(id: string, hash = ''): void {
  if (begun.has(id)) {
    forgetDefinitions(id);
    forgetClosures(id);
  }
  begun.set(id, hash);
}

/** Of the author's compiled modules that are loaded, with their sources. */
export function codeId(): string {
  const authors = [...begun].filter(([id]) => !id.startsWith('lull/'));
  const text = authors
    .map(([id, hash]) => `${id} ${hash}`)
    .sort()
    .join('\n');
  return `${authors.length}-${hashOfText(text)}`;
}

/** Of lull's own code, of which runs are made, whatever of it was loaded. */
export function ownCodeId(): string {
  const own = [...begun].flatMap(([id, hash]) => (id.startsWith('lull/') ? [hash] : []));
  return [...new Set(own)].sort().join(' ');
}

/** FNV-1a, twice: no secret, and no package. */
function hashOfText(text: string): string {
  let [one, two] = [0x811c9dc5, 0x01000193];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ (code + at), 0x85ebca6b);
  }
  return [one, two].map((part) => (part >>> 0).toString(36)).join('');
}

/** Called by compiled code at the end of a module. */
export function nameModule(id: string, { own, imported, classes, code }: WrittenNames): void {
  if (code !== undefined) setCode(id, { code, own, imported });
  knownClasses.clear();
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
    for (const key of Reflect.ownKeys(value)) {
      const part = partOf(key);
      if (part === undefined) continue;
      const inner: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
      const isNamed =
        typeof inner === 'object' ? inner !== null : typeof inner === 'function' || typeof inner === 'symbol';
      if (isNamed) waiting.push({ value: inner, path: [...path, part], isOwn });
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
    value = (Object.getOwnPropertyDescriptor(value, key) ?? ownOfSymbol(value, key, getters))?.value;
  }
  return value;
}

/** The class of this name; undefined if there is none. */
export function classInModule(module: string, name: string): ClassInModule | undefined {
  const known = knownClasses.get(module)?.get(name);
  if (known !== undefined) return known;
  const prototype = namedInModule({ module, path: [name, 'prototype'] });
  if (typeof prototype !== 'object' || prototype === null) return undefined;
  const found: ClassInModule = { module, name, prototype, privates: new Map<string, symbol>() };
  const beside = knownClasses.get(module) ?? new Map<string, ClassInModule>();
  knownClasses.set(module, beside.set(name, found));
  return found;
}

/** The class whose instances inherit from this alone, if it is at the top level of a module. */
export function classOfPrototype(prototype: object): ClassInModule | undefined {
  const { module, path } = names.get(prototype) ?? { module: '', path: [] };
  const [name, last, ...rest] = path;
  if (name === undefined || last !== 'prototype' || rest.length > 0) return undefined;
  const found = classInModule(module, name);
  return found?.prototype === prototype ? found : undefined;
}

/** The symbol that a private name of a class has become; undefined if it has none of that name. */
export function privateIn(ofClass: ClassInModule, name: string): symbol | undefined {
  const known = ofClass.privates.get(name);
  if (known !== undefined) return known;
  const found = namedInModule({ module: ofClass.module, path: [`$$p_${ofClass.name}_${name.slice(1)}`] });
  if (typeof found !== 'symbol' || found.description !== name) return undefined;
  ofClass.privates.set(name, found);
  return found;
}

/** Of a key in a path. A symbol, such as a private name that was lowered, goes by the constant that has it. */
function partOf(key: string | symbol): string | undefined {
  if (typeof key === 'string') return key;
  const [constant, ...rest] = symbols.get(key)?.path ?? [];
  return constant === undefined || rest.length > 0 ? undefined : `[${constant}]`;
}

function ownOfSymbol(value: object, part: string, getters: Getters): PropertyDescriptor | undefined {
  const constant = /^\[(.*)\]$/s.exec(part)?.[1];
  if (constant === undefined || !Object.hasOwn(getters, constant)) return undefined;
  const symbol = read(getters[constant]);
  return typeof symbol === 'symbol' ? Object.getOwnPropertyDescriptor(value, symbol) : undefined;
}

/** For the prototype of a class of compiled code: whether its instances have something hidden. */
export function hidesOf(prototype: object): boolean | undefined {
  return classPrototypes.get(prototype);
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
