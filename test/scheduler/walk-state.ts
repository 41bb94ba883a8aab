/**
 * Walks everything that is reachable from an object, as the debugger sees it: private fields, the entries of maps and
 * sets, and the variables of suspended generators. Reports each function on the way.
 */
import { Session } from 'node:inspector';
import type { Runtime } from 'node:inspector';

export interface FoundFunction {
  /** As in `#loop.#ready.0.watcher`. */
  readonly path: string;
  /** The file that the function is written in; empty for a native one. */
  readonly file: string;
  readonly source: string;
}

export interface WalkOptions {
  /** Classes whose instances are not entered. */
  readonly except: readonly string[];
}

export class StateWalker {
  readonly #session = new Session();
  readonly #files = new Map<string, string>();

  constructor() {
    this.#session.connect();
    this.#session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => this.#files.set(scriptId, url));
    this.#post('Debugger.enable'); // only a debugger sees the variables of a generator
  }

  close(): void {
    this.#session.disconnect();
  }

  walk(root: object, { except }: WalkOptions): { readonly functions: FoundFunction[]; readonly classes: Set<string> } {
    const functions: FoundFunction[] = [];
    const classes = new Set<string>();
    const seen = new WeakSet<object>();
    slot.root = root;
    slot.isNew = (value) => !seen.has(value) && Boolean(seen.add(value));
    const todo: { readonly path: string; readonly value: Runtime.RemoteObject }[] = [];
    const add = (path: string, value: Runtime.RemoteObject | undefined): void => {
      if (value?.objectId !== undefined) todo.push({ path, value });
    };
    add('run', this.#evaluate('globalThis.lullWalk.root'));
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { path, value } = next;
      const isInternal = value.subtype?.startsWith('internal#') === true;
      if (!isInternal && !this.#isNew(value)) continue;
      const inside = this.#properties(value);
      if (value.type === 'function') {
        functions.push({ path, file: this.#fileOf(inside), source: (value.description ?? '').slice(0, 60) });
        continue;
      }
      classes.add(value.className ?? '');
      if (except.includes(value.className ?? '')) continue;
      for (const { name, value } of inside.own) add(`${path}.${name}`, value);
      for (const { name, value } of inside.internal) {
        if (name === '[[Entries]]' && next.value.subtype !== 'weakset') add(path, value);
        else if (name === '[[GeneratorReceiver]]') add(`${path}.this`, value);
        else if (name === '[[Scopes]]') for (const scope of this.#ownScopes(value)) add(`${path}()`, scope);
      }
    }
    delete slot.root;
    return { functions, classes };
  }

  /** The scopes of a suspended generator, innermost first, without the module's. */
  #ownScopes(scopes: Runtime.RemoteObject | undefined): Runtime.RemoteObject[] {
    if (scopes === undefined) return [];
    const all = this.#properties(scopes).own.flatMap(({ value }) => (value === undefined ? [] : [value]));
    // The test runner makes a function's block of each module.
    const last = all.findLastIndex(({ description = '' }) => /^(?:Local|Closure \()/.test(description));
    return all.slice(0, last + 1);
  }

  #fileOf({ internal }: Properties): string {
    const location = internal.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as
      { readonly scriptId: string } | undefined;
    return location === undefined ? '' : (this.#files.get(location.scriptId) ?? '?');
  }

  #properties({ objectId = '' }: Runtime.RemoteObject): Properties {
    // The types lack the private ones.
    const found = this.#post<Runtime.GetPropertiesReturnType & { privateProperties?: Property[] }>(
      'Runtime.getProperties',
      {
        objectId,
        ownProperties: true,
      },
    );
    const own = [...found.result, ...(found.privateProperties ?? [])];
    return {
      own: own.filter(({ name }) => name !== '__proto__'),
      internal: found.internalProperties ?? [],
    };
  }

  #isNew({ objectId = '' }: Runtime.RemoteObject): boolean {
    const functionDeclaration = 'function () { return globalThis.lullWalk.isNew(this); }';
    const options = { objectId, functionDeclaration, returnByValue: true };
    return this.#post<Runtime.CallFunctionOnReturnType>('Runtime.callFunctionOn', options).result.value as boolean;
  }

  #evaluate(expression: string): Runtime.RemoteObject {
    return this.#post<Runtime.EvaluateReturnType>('Runtime.evaluate', { expression }).result;
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

interface Property {
  readonly name: string;
  readonly value?: Runtime.RemoteObject | undefined;
}

interface Properties {
  readonly own: readonly Property[];
  readonly internal: readonly Property[];
}

const slot: { root?: object; isNew?: (value: object) => boolean } = {};
(globalThis as { lullWalk?: typeof slot }).lullWalk = slot;
