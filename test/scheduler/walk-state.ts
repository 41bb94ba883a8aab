/**
 * Walks everything that is reachable from an object: properties, the entries of maps and sets, and what only a debugger
 * sees, which are private fields and the variables of suspended generators. Reports what no plain data could stand for.
 */
import { Session } from 'node:inspector';
import type { Runtime } from 'node:inspector';
import { types } from 'node:util';
import { Delegations } from './delegations.ts';

export interface Found {
  readonly kind: 'function' | 'generator' | 'iterator' | 'weak' | 'promise' | 'proxy' | 'symbol';
  /** As in `run.#loop.#ready.0.watcher`. */
  readonly path: string;
  /** The file that its code is written in; of a native one, that of the class or generator that holds it. */
  readonly file: string;
  /** The beginning of a function, the name of a generator's function, the class of anything else. */
  readonly what: string;
}

export interface FoundClass {
  readonly file: string;
  /** Without the `#`, those of its parents included. */
  readonly privateFields: readonly string[];
}

export interface Walk {
  readonly found: Found[];
  readonly classes: ReadonlyMap<string, FoundClass>;
}

export interface WalkOptions {
  /** Classes whose instances are not entered. */
  readonly except: readonly string[];
}

/** `holder`: the file of the innermost class or generator around it. */
type Todo = { readonly path: string; readonly value: object | symbol; readonly holder: string }[];

export class StateWalker {
  readonly #session = new Session();
  readonly #files = new Map<string, string>();
  /** The file of a function's code. */
  readonly #fileOf = new WeakMap<object, string>();
  /** Prototypes whose instances have no private field. */
  readonly #isOpen = new WeakSet<object>();
  readonly #delegations = new Delegations();

  constructor() {
    this.#session.connect();
    this.#session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => this.#files.set(scriptId, url));
    this.#post('Debugger.enable'); // only a debugger sees the variables of a generator
  }

  close(): void {
    this.#session.disconnect();
    this.#delegations.close();
  }

  walk(root: object, { except }: WalkOptions): Walk {
    const found: Found[] = [];
    const classes = new Map<string, FoundClass>();
    const seen = new Set<unknown>();
    const todo: Todo = [{ path: 'run', value: root, holder: '' }];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { path, value } = next;
      if (seen.has(value)) continue;
      seen.add(value);
      const strange = this.#strange(value, next.holder);
      if (strange !== undefined) found.push({ ...strange, path });
      if (typeof value !== 'object' || strange?.kind === 'proxy') continue;
      const name = this.#addClass(value, classes);
      if (except.includes(name)) continue;
      const from = { path, holder: strange?.file ?? classes.get(name)?.file ?? next.holder };
      addEntries(todo, from, value);
      addProperties(todo, from, value);
      this.#addHidden(todo, from, value);
    }
    this.#post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
    return { found, classes };
  }

  #strange(value: object | symbol, holder: string): Omit<Found, 'path'> | undefined {
    const native = { file: holder, what: Object.prototype.toString.call(value) };
    if (typeof value === 'symbol') {
      const isKnown = Symbol.keyFor(value) !== undefined || WELL_KNOWN.has(value);
      return isKnown ? undefined : { ...native, kind: 'symbol', what: String(value) };
    }
    if (typeof value === 'function') {
      return { kind: 'function', file: this.#locate(value), what: sourceOf(value).slice(0, 60) };
    }
    if (types.isProxy(value)) return { kind: 'proxy', ...native };
    if (types.isPromise(value)) return { kind: 'promise', ...native };
    if (native.what.startsWith('[object Weak')) return { kind: 'weak', ...native };
    if (types.isGeneratorObject(value)) return this.#generator(value);
    if (native.what.endsWith(' Iterator]')) return { kind: 'iterator', ...native };
    return undefined;
  }

  /** Undefined for one that has ended: nothing is left of it. */
  #generator(value: object): Omit<Found, 'path'> | undefined {
    const { internal } = this.#properties(this.#remote(value));
    const of = (name: string) => internal.find((property) => property.name === name)?.value;
    if (of('[[GeneratorState]]')?.value === 'closed') return undefined;
    const [code] = this.#values([of('[[GeneratorFunction]]')]) as [() => unknown];
    return { kind: 'generator', file: this.#locate(code), what: code.name };
  }

  #addClass(value: object, classes: Map<string, FoundClass>): string {
    const prototype = Object.getPrototypeOf(value) as { constructor?: unknown } | null;
    const made = prototype?.constructor;
    if (typeof made !== 'function') return '';
    const { name } = made;
    if (classes.has(name) || types.isGeneratorObject(value)) return name;
    const file = this.#locate(made);
    if (file === '') return name;
    const privateFields = this.#properties(this.#remote(value)).own.filter((property) => property.name.startsWith('#'));
    classes.set(name, { file, privateFields: privateFields.map((property) => property.name.slice(1)) });
    return name;
  }

  /** Private fields, and what a suspended generator has: its receiver, its variables, and what it delegates to. */
  #addHidden(todo: Todo, from: From, value: object): void {
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === null || PLAIN.has(prototype) || this.#isOpen.has(prototype)) return;
    const { own, internal } = this.#properties(this.#remote(value));
    const hidden = own.filter(({ name }) => name.startsWith('#'));
    if (hidden.length === 0 && !types.isGeneratorObject(value)) this.#isOpen.add(prototype);
    this.#add(todo, from, hidden);
    push(todo, from, 'awaits', this.#delegations.of(value));
    for (const { name, value: inside } of internal) {
      if (name === '[[GeneratorReceiver]]') this.#add(todo, from, [{ name: 'this', value: inside }]);
      else if (name === '[[Scopes]]') {
        for (const scope of this.#ownScopes(inside)) this.#add(todo, from, this.#properties(scope).own);
      }
    }
  }

  #add(todo: Todo, from: From, properties: readonly Property[]): void {
    const objects = properties.filter(({ value }) => value?.objectId !== undefined);
    const values = this.#values(objects.map(({ value }) => value));
    for (const [index, value] of values.entries()) push(todo, from, objects[index]?.name ?? '', value);
  }

  /** The scopes of a suspended generator, innermost first, without the module's. */
  #ownScopes(scopes: Runtime.RemoteObject | undefined): Runtime.RemoteObject[] {
    if (scopes === undefined) return [];
    const all = this.#properties(scopes).own.flatMap(({ value }) => (value === undefined ? [] : [value]));
    // The test runner makes a function's block of each module.
    const last = all.findLastIndex(({ description = '' }) => /^(?:Local|Closure \()/.test(description));
    return all.slice(0, last + 1);
  }

  #locate(code: object): string {
    const known = this.#fileOf.get(code);
    if (known !== undefined) return known;
    const { internal } = this.#properties(this.#remote(code));
    const location = internal.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as
      { readonly scriptId: string } | undefined;
    const file = location === undefined ? '' : (this.#files.get(location.scriptId) ?? '?');
    this.#fileOf.set(code, file);
    return file;
  }

  /** The handle by which the debugger knows an object. */
  #remote(value: object): Runtime.RemoteObject {
    slot.value = value;
    const found = this.#post<Runtime.EvaluateReturnType>('Runtime.evaluate', {
      expression: 'globalThis.lullWalk.value',
      objectGroup: GROUP,
    });
    delete slot.value;
    return found.result;
  }

  /** The other way round. */
  #values(handles: readonly (Runtime.RemoteObject | undefined)[]): readonly unknown[] {
    const [first] = handles;
    if (first === undefined) return [];
    this.#post('Runtime.callFunctionOn', {
      objectId: first.objectId,
      functionDeclaration: 'function (...values) { globalThis.lullWalk.values = values; }',
      arguments: handles.map((handle) => ({ objectId: handle?.objectId })),
    });
    const values = slot.values ?? [];
    delete slot.values;
    return values;
  }

  #properties({ objectId = '' }: Runtime.RemoteObject): Properties {
    // The types lack the private ones.
    const found = this.#post<Runtime.GetPropertiesReturnType & { privateProperties?: Property[] }>(
      'Runtime.getProperties',
      { objectId, ownProperties: true },
    );
    return { own: [...found.result, ...(found.privateProperties ?? [])], internal: found.internalProperties ?? [] };
  }

  /** A session that is connected to its own thread answers before `post` returns. */
  #post<R>(method: string, params?: object): R {
    let answer: R | undefined;
    this.#session.post(method, params, (error: Error | null, result?: object) => {
      if (error !== null) throw new Error(`${method}: ${JSON.stringify(error)}`);
      answer = result as R;
    });
    return answer as R;
  }
}

interface From {
  readonly path: string;
  readonly holder: string;
}

interface Property {
  readonly name: string;
  readonly value?: Runtime.RemoteObject | undefined;
}

interface Properties {
  readonly own: readonly Property[];
  readonly internal: readonly Property[];
}

const GROUP = 'lull-walk';
const PLAIN = new Set<object>([Object.prototype, Array.prototype, Map.prototype, Set.prototype]);
const WELL_KNOWN = new Set<unknown>(Reflect.ownKeys(Symbol).map((key) => Symbol[key as keyof typeof Symbol]));

const slot: { value?: object; values?: readonly unknown[] } = {};
(globalThis as { lullWalk?: typeof slot }).lullWalk = slot;

function push(todo: Todo, { path, holder }: From, name: string, value: unknown): void {
  if ((typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol') {
    todo.push({ path: `${path}.${name}`, value, holder });
  }
}

function addEntries(todo: Todo, from: From, value: object): void {
  if (types.isSet(value)) for (const [index, one] of [...value].entries()) push(todo, from, String(index), one);
  if (!types.isMap(value)) return;
  for (const [index, [key, one]] of [...value].entries()) {
    push(todo, from, `${index}.key`, key);
    push(todo, from, typeof key === 'string' || typeof key === 'number' ? String(key) : String(index), one);
  }
}

/** No getter is called. */
function addProperties(todo: Todo, from: From, value: object): void {
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
    for (const part of [key, property.value, property.get, property.set]) push(todo, from, String(key), part);
  }
}

function sourceOf(code: object): string {
  return Function.prototype.toString.call(code);
}
