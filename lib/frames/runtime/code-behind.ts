/** All that some code uses, through modules, so that two builds can be compared. */
import { isObject } from './is-object.ts';
import { codeOfModule, read } from './module-code.ts';
import { nameInModule } from './module-names.ts';

/** By what it is called: a hash, or what else tells that it has changed. */
export type CodeBehind = ReadonlyMap<string, string>;

/** Of a part, or of what of it was passed (`AwaitPoint.passed`), and of each of `others` that has a name: all that they use. */
export function codeBehind(module: string, passed: string, others: readonly object[]): CodeBehind {
  const search = new Search();
  const [hash = '', ...uses] = passed.split(' ');
  search.found.set(`${module}#`, hash);
  for (const name of ['', ...uses]) search.use(module, name);
  for (const other of others) search.object(other);
  return new Map([...search.found].sort(([one], [another]) => (one < another ? -1 : 1)));
}

class Search {
  readonly found = new Map<string, string>();

  use(module: string, name: string): void {
    const waiting = [{ module, name }];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop())
      waiting.push(...this.#usedBy(at.module, at.name));
  }

  object(value: object): void {
    const name = nameInModule(value);
    const [first] = name?.path ?? [];
    if (name === undefined || first === undefined) {
      if (typeof value === 'function') this.found.set(`class ${value.name}`, String(value));
    } else if (!isOwn(name.module)) this.use(name.module, first);
  }

  #usedBy(module: string, name: string): { readonly module: string; readonly name: string }[] {
    const code = codeOfModule(module);
    if (code === undefined) return [];
    const from = code.imports[name];
    if (from !== undefined) return this.#imported(module, name, { from, value: read(code.imported[name]) });
    const value = read(code.own[name]);
    if (!isObject(value) && value !== undefined) this.found.set(`${module}#${name} is`, textOf(value));
    const part = code.parts.get(name);
    if (part === undefined) return [];
    const key = name === '' ? `${module} beside its declarations` : `${module}#${part.names}`;
    if (this.found.has(key)) return [];
    this.found.set(key, part.hash);
    return ['', ...part.uses].map((used) => ({ module, name: used }));
  }

  #imported(module: string, name: string, { from, value }: { readonly from: string; readonly value: unknown }) {
    const key = `${module}#${name}`;
    if (this.found.has(key) || FROM_LULL.test(from)) return [];
    this.found.set(key, from);
    if (!from.startsWith('*') || !isObject(value)) return this.#value(module, key, value);
    return Object.keys(value).flatMap((part) =>
      this.#value(module, `${key}.${part}`, (value as Record<string, unknown>)[part]),
    );
  }

  #value(module: string, key: string, value: unknown): { readonly module: string; readonly name: string }[] {
    const name = isObject(value) ? nameInModule(value) : undefined;
    if (name !== undefined && isOwn(name.module)) return [];
    const [first] = name?.path ?? [];
    if (name === undefined || first === undefined || name.module === module) {
      this.found.set(`${key} is`, textOf(value));
      return [];
    }
    this.found.set(`${key} is`, `${name.module}#${name.path.join('.')}`);
    return [{ module: name.module, name: first }];
  }
}

/** lull's own code is compared as a whole. */
const FROM_LULL = /^\*?lull(?:[@/]|$)/;

function isOwn(module: string): boolean {
  return module.startsWith('lull/');
}

/** Data, as of a JSON file, is its text. Code of packages is known by their version. */
function textOf(value: unknown): string {
  if (!isObject(value)) return `${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`;
  const isData = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  try {
    return isData ? JSON.stringify(value) : typeof value;
  } catch {
    return typeof value;
  }
}
