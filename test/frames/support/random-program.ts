/** Programs of which no one has thought: generator functions with all that may go wrong when they are taken apart. */
import { createPrng, type Prng } from './prng.ts';

export function randomProgram(seed: number): string {
  return new Writer(createPrng(seed)).program();
}

interface Scope {
  readonly names: string[];
  readonly constants: Set<string>;
}

interface Around {
  /** Labels that may be left, and those that may be continued. */
  readonly labels: readonly { readonly name: string; readonly isLoop: boolean }[];
  readonly isInLoop: boolean;
  readonly canBreak: boolean;
  readonly isInFinally: boolean;
}

const OUTSIDE: Around = { labels: [], isInLoop: false, canBreak: false, isInFinally: false };

class Writer {
  readonly #random: Prng;
  #count = 0;
  #budget = 0;
  #scopes: Scope[] = [];
  #helpers = 0;
  /** Whether a `yield` may be written here. */
  #isGenerator = true;

  constructor(random: Prng) {
    this.#random = random;
  }

  program(): string {
    const parts: string[] = [];
    this.#helpers = this.#random.below(3);
    for (let index = 0; index < this.#helpers; index += 1) parts.push(this.#helper(index));
    // Most are small: then there are many of them in a minute.
    this.#budget = 4 + this.#random.below(1 + this.#random.below(32));
    parts.push(`function* main(p) {\n${this.#body(['p'])}\n}`);
    return parts.join('\n');
  }

  #helper(index: number): string {
    this.#budget = 4 + this.#random.below(6);
    const outer = this.#helpers;
    this.#helpers = index; // they call only those before them
    const text = `function* g${index}(p, q = p) {\n${this.#body(['p', 'q'])}\n}`;
    this.#helpers = outer;
    return text;
  }

  #body(names: string[]): string {
    this.#scopes.push({ names, constants: new Set() });
    const text = this.#statements(1, OUTSIDE);
    const last = this.#chance(70) ? `return ${this.#all()};` : '';
    this.#scopes.pop();
    return `let steps = 0;\n${text}\n${last}`;
  }

  /** Everything that can be seen from here. */
  #all(): string {
    return `[${this.#visible().slice(-6).join(', ')}]`;
  }

  #visible(): string[] {
    return [...new Set(this.#scopes.flatMap(({ names }) => names))];
  }

  #statements(depth: number, around: Around): string {
    const count = 1 + this.#random.below(depth > 3 ? 2 : 4);
    const texts: string[] = [];
    for (let index = 0; index < count && this.#budget > 0; index += 1) texts.push(this.#statement(depth, around));
    return texts.join('\n');
  }

  #block(depth: number, around: Around, names: string[] = []): string {
    this.#scopes.push({ names, constants: new Set(names) });
    const text = this.#statements(depth + 1, around);
    this.#scopes.pop();
    return `{ ${text} }`;
  }

  #statement(depth: number, around: Around): string {
    this.#budget -= 1;
    const simple = [
      () => this.#declare(),
      () => this.#declare(),
      () => `${this.#target()} ${this.#pick(['=', '&&=', '-=', '??=', '||='])} ${this.#expression(2)};`,
      () => `${this.#expression(3)};`,
      () => `log(${this.#expression(1)});`,
      () => this.#destructure(),
      () => this.#closure(),
      () => this.#leave(around),
    ];
    const compound = [
      () =>
        `if (${this.#expression(2)}) ${this.#block(depth, around)}${this.#chance(50) ? ` else ${this.#block(depth, around)}` : ''}`,
      () => this.#loop(depth, around),
      () => this.#loop(depth, around),
      () => this.#try(depth, around),
      () => this.#try(depth, around),
      () => this.#switch(depth, around),
      () => this.#block(depth, around),
      () => this.#labelled(depth, around),
    ];
    return depth <= 4 && this.#chance(45) ? this.#pick(compound)() : this.#pick(simple)();
  }

  #declare(): string {
    const value = this.#expression(3);
    const name = this.#name();
    const kind = this.#pick(['let', 'let', 'const', 'var']);
    this.#add(name, kind === 'const');
    return `${kind} ${name} = ${value};`;
  }

  #destructure(): string {
    const [one, two, rest] = [this.#name(), this.#name(), this.#name()];
    const other = this.#expression(2);
    const text = this.#chance(50)
      ? `let [${one}, ${two} = ${this.#expression(1)}, ...${rest}] = [${other}, undefined, ${this.#expression(1)}, 7];`
      : `let { a: ${one} = ${this.#expression(1)}, b: ${two}, ...${rest} } = { b: ${other}, c: 3, d: ${this.#expression(1)} };`;
    for (const name of [one, two, rest]) this.#add(name, false);
    return text;
  }

  /** Functions that share variables with the generator, and one that is a generator itself. */
  #closure(): string {
    const name = this.#name();
    const shared = this.#target();
    const value = this.#pick(this.#visible());
    const text = this.#pick([
      () => `const ${name} = () => ${value};`,
      () => `const ${name} = (x) => { ${shared} = x ?? ${value}; return ${shared}; };`,
      () => `function ${name}(x = 1) { return typeof x === 'number' ? [x, ${value}] : x; }`,
      () => `const ${name} = { get v() { return ${value}; }, m() { return [this === ${name}, ${value}]; } };`,
      () => `const ${name} = function* (x) { const r = yield x; ${shared} = r; return yield ${value}; };`,
    ])();
    this.#add(name, true);
    const use = this.#pick([`log(typeof ${name});`, text.includes('get v') ? `log(${name}.v, ${name}.m());` : '', '']);
    const isGenerator = text.includes('function*');
    const call = isGenerator && this.#isGenerator ? `log(yield* ${name}(${this.#expression(1)}));` : '';
    const plain = !isGenerator && !text.includes('get v') ? `log(${name}(${this.#pick(['2', ''])}));` : '';
    return `${text} ${use} ${this.#chance(60) ? call + plain : ''}`;
  }

  #leave(around: Around): string {
    const ways = [`return ${this.#expression(2)};`, `throw new Error('e' + ${this.#count});`];
    if (around.canBreak) ways.push('break;');
    if (around.isInLoop) ways.push('continue;', 'continue;');
    for (const { name, isLoop } of around.labels) ways.push(`break ${name};`, isLoop ? `continue ${name};` : '');
    return `if (${this.#expression(1)}) ${this.#pick(ways) || ';'}`;
  }

  #loop(depth: number, around: Around): string {
    const label = this.#chance(35) ? `L${(this.#count += 1)}` : undefined;
    const labels = label === undefined ? around.labels : [...around.labels, { name: label, isLoop: true }];
    const inside = { ...around, labels, isInLoop: true, canBreak: true };
    const head = label === undefined ? '' : `${label}: `;
    const limit = 'if (++steps > 25) break;';
    const name = this.#name();
    return this.#pick([
      () => {
        const collection = this.#pick([
          () => `[${this.#expression(1)}, ${this.#expression(1)}, 3]`,
          () => `new Map([[1, ${this.#expression(1)}], [2, 3]])`,
          () => `new Set([1, ${this.#expression(1)}, 'x'])`,
          () => `'ab😀'`,
          () => `[4, 5].entries()`,
          () => (this.#helpers > 0 ? `g${this.#random.below(this.#helpers)}(${this.#expression(1)})` : '[1]'),
        ])();
        return `${head}for (${this.#pick(['const', 'let', 'var'])} ${name} of ${collection}) { ${limit} ${this.#block(depth, inside, [name])} }`;
      },
      () =>
        `${head}for (let ${name} = 0; ${name} < ${1 + this.#random.below(3)}; ${name}++) { ${limit} ${this.#block(depth, inside, [name])} }`,
      () => `${head}while (${this.#expression(1)}) { ${limit} ${this.#block(depth, inside)} }`,
      () => `${head}do { ${limit} ${this.#block(depth, inside)} } while (${this.#expression(2)});`,
      () =>
        `${head}for (const ${name} in { a: 1, b: ${this.#expression(1)} }) { ${limit} ${this.#block(depth, inside, [name])} }`,
    ])();
  }

  #try(depth: number, around: Around): string {
    const error = this.#name();
    const handler = this.#chance(75)
      ? this.#chance(80)
        ? ` catch (${error}) { log(String(${error})); ${this.#block(depth, around, [error])} }`
        : ` catch ${this.#block(depth, around)}`
      : '';
    const finalizer =
      handler === '' || this.#chance(50) ? ` finally ${this.#block(depth, { ...around, isInFinally: true })}` : '';
    return `try ${this.#block(depth, around)}${handler}${finalizer}`;
  }

  #switch(depth: number, around: Around): string {
    const cases = Array.from({ length: 1 + this.#random.below(3) }, (_, index) => {
      const test = index === 1 && this.#chance(50) ? 'default' : `case ${this.#expression(1)}`;
      return `${test}: ${this.#block(depth, { ...around, canBreak: true })} ${this.#chance(60) ? 'break;' : ''}`;
    });
    return `switch (${this.#expression(2)}) { ${cases.join(' ')} }`;
  }

  #labelled(depth: number, around: Around): string {
    const name = `B${(this.#count += 1)}`;
    return `${name}: ${this.#block(depth, { ...around, labels: [...around.labels, { name, isLoop: false }] })}`;
  }

  #expression(depth: number): string {
    const leaf = [
      () => String(this.#random.below(5)),
      () => this.#pick(this.#visible()),
      () => this.#pick(this.#visible()),
      () => this.#pick([`'s'`, 'undefined', 'null', 'true', '-0', 'NaN', '2n', '[]']),
    ];
    if (depth <= 0) return this.#pick(leaf)();
    const inner = (): string => this.#expression(depth - 1);
    const more = [
      () => (this.#isGenerator ? `(yield ${inner()})` : inner()),
      () => (this.#isGenerator ? `(yield ${inner()})` : inner()),
      () =>
        this.#isGenerator && this.#helpers > 0 ? `(yield* g${this.#random.below(this.#helpers)}(${inner()}))` : inner(),
      () => (this.#isGenerator ? `(yield* [${inner()}, ${inner()}])` : inner()),
      () => `str(${inner()}) ${this.#pick(['+', '<', '===', '!=='])} str(${inner()})`,
      () => `(${inner()} ${this.#pick(['&&', '||', '??'])} ${inner()})`.replaceAll('??', '??'),
      () => `(${inner()} ? ${inner()} : ${inner()})`,
      () => `[${inner()}, ...[${inner()}], ${inner()}]`,
      () =>
        `{ a: ${inner()}, ['b' + ${this.#random.below(3)}]: ${inner()}, ...({ c: ${inner()} }) }`.replace(
          /^(.*)$/s,
          '($1)',
        ),
      () => '`t${str(' + inner() + ')}u${str(' + inner() + ')}`',
      () => `id(${inner()}, ${inner()})`,
      () => `{ m(x) { return [x, this.k]; }, k: ${inner()} }`.replace(/^(.*)$/s, `($1).m(${inner()})`),
      () => `({ o: ${inner()} })?.o`,
      () => `(${this.#target()} = ${inner()})`,
      () => `typeof ${inner()}`,
      () => `(${inner()}, ${inner()})`,
    ];
    return this.#chance(25) ? this.#pick(leaf)() : this.#pick(more)();
  }

  /** A variable that can be assigned to. */
  #target(): string {
    const constants = new Set(this.#scopes.flatMap((scope) => [...scope.constants]));
    const able = this.#visible().filter((name) => !constants.has(name));
    return this.#pick(able.length > 0 ? able : ['steps']);
  }

  #add(name: string, isConstant: boolean): void {
    const scope = this.#scopes.at(-1) as Scope;
    scope.names.push(name);
    if (isConstant) scope.constants.add(name);
  }

  #name(): string {
    this.#count += 1;
    return `v${this.#count}`;
  }

  #chance(percent: number): boolean {
    return this.#random.below(100) < percent;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.below(list.length)] as T;
  }
}

/** What the programs call. A text says little of what is large: programs would double it at each turn of a loop. */
export const RANDOM_PRELUDE = `
export function id(x, y) { return x; }
export function str(x) { return text(x, 3).slice(0, 60); }
function text(x, depth) {
  if (typeof x === 'function') return 'f';
  if (typeof x !== 'object' || x === null) return typeof x === 'symbol' ? 'sym' : String(x);
  if (!Array.isArray(x)) return '{' + Object.keys(x).join() + '}';
  return depth === 0 ? '[..]' : '[' + x.slice(0, 4).map((one) => text(one, depth - 1)).join() + ']';
}
`;

/** Before each program: the prelude is a module of its own, which is compiled once. */
export const IMPORT_PRELUDE = `import { id, str } from 'prelude';\n`;
