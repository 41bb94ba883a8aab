/**
 * Private names (`#x`) of classes at the top level of a module become symbols, which are constants of the module: so a method
 * that uses them can leave its class, and what an object keeps in them can be stored. A class in a function is left as it is:
 * each call has private names of its own.
 */
import * as t from '@babel/types';
import type { Expression, File, Node, Statement } from '@babel/types';
import { callOf, constant, id, member, statement, str } from './build.ts';
import { isClassNode, isFunctionNode, childrenOf, replaceChildren } from './tree.ts';

export interface LowerPrivatesOptions {
  /** No name in the source begins with it. */
  readonly prefix: string;
  readonly runtime: (name: string) => Expression;
}

export function lowerPrivates(file: File, { prefix, runtime }: LowerPrivatesOptions): void {
  const declared: Statement[] = [];
  const taken = new Set<string>();
  const newSymbol = (ofClass: string, name: string): string => {
    let symbol = `${prefix}p_${ofClass}_${name}`;
    for (let number = 2; taken.has(symbol); number += 1) symbol = `${prefix}p_${ofClass}_${name}_${number}`;
    taken.add(symbol);
    declared.push(constant(symbol, callOf(id('Symbol'), str(`#${name}`))));
    return symbol;
  };
  for (const node of topLevelClasses(file)) {
    const symbols = new Map<string, string>();
    for (const name of privateNamesOf(node)) symbols.set(name, newSymbol(node.id?.name ?? '', name));
    if (symbols.size === 0) continue;
    const methods = namedMethods(node, symbols, runtime);
    lowerIn(node.body, symbols, runtime);
    node.body.body.unshift(...methods);
  }
  const { body } = file.program;
  const firstOther = body.findIndex(({ type }) => type !== 'ImportDeclaration');
  body.splice(firstOther === -1 ? body.length : firstOther, 0, ...declared);
}

function topLevelClasses(file: File): t.Class[] {
  const found: t.Class[] = [];
  const walk = (node: Node): void => {
    if (isFunctionNode(node)) return;
    if (isClassNode(node)) found.push(node);
    else for (const child of childrenOf(node)) walk(child);
  };
  walk(file.program);
  return found;
}

/** Without those of a class with `accessor`, whose storage the language hides itself. */
function privateNamesOf(node: t.Class): Set<string> {
  const names = new Set<string>();
  for (const member of node.body.body) {
    if (member.type === 'ClassPrivateProperty' || member.type === 'ClassPrivateMethod') names.add(member.key.id.name);
  }
  const isAccessor = ({ type }: Node): boolean => type === 'ClassAccessorProperty';
  return node.body.body.some(isAccessor) ? new Set() : names;
}

type Symbols = ReadonlyMap<string, string>;

/** Under a symbol, a method would have the name `[#x]`. Nothing static of the class runs before it has its own. */
function namedMethods(node: t.Class, symbols: Symbols, runtime: LowerPrivatesOptions['runtime']): t.StaticBlock[] {
  const block = (isStatic: boolean): t.StaticBlock[] => {
    const own = node.body.body.filter((one) => one.type === 'ClassPrivateMethod' && one.static === isStatic);
    const keys = new Set(own.map((one) => symbols.get((one as t.ClassPrivateMethod).key.id.name) as string));
    if (keys.size === 0) return [];
    const holder = isStatic ? t.thisExpression() : member(t.thisExpression(), 'prototype');
    return [t.staticBlock([statement(callOf(runtime('namePrivates'), holder, ...[...keys].map(id)))])];
  };
  return [...block(false), ...block(true)];
}

function lowerIn(node: Node, symbols: Symbols, runtime: LowerPrivatesOptions['runtime']): void {
  // A class inside that declares the same name means its own.
  const meant = isClassNode(node) ? without(symbols, privateNamesOf(node)) : symbols;
  replaceChildren(node, (child) => {
    lowerIn(child, meant, runtime);
    return lowered(child, meant, runtime);
  });
}

function without(symbols: Symbols, names: ReadonlySet<string>): Symbols {
  return new Map([...symbols].filter(([name]) => !names.has(name)));
}

function lowered(node: Node, symbols: Symbols, runtime: LowerPrivatesOptions['runtime']): Node {
  switch (node.type) {
    case 'ClassPrivateProperty':
    case 'ClassPrivateMethod': {
      const symbol = symbolOf(node.key, symbols);
      if (symbol === undefined) return node;
      const type = node.type === 'ClassPrivateProperty' ? 'ClassProperty' : 'ClassMethod';
      return Object.assign(node as object, { type, computed: true, key: symbol }) as Node;
    }
    case 'MemberExpression':
    case 'OptionalMemberExpression': {
      const symbol = symbolOf(node.property, symbols);
      if (symbol === undefined) return node;
      const isKnown = node.object.type === 'ThisExpression' || node.type === 'OptionalMemberExpression';
      if (!isKnown) node.object = callOf(runtime('branded'), node.object, t.cloneNode(symbol));
      return Object.assign(node, { property: symbol, computed: true });
    }
    case 'BinaryExpression': {
      const symbol = symbolOf(node.left, symbols);
      return symbol === undefined ? node : Object.assign(node, { left: symbol });
    }
    default:
      return node;
  }
}

function symbolOf(node: Node, symbols: Symbols): t.Identifier | undefined {
  const name = node.type === 'PrivateName' ? symbols.get(node.id.name) : undefined;
  if (name === undefined) return undefined;
  const symbol = id(name);
  symbol.extra = { privateName: `#${(node as t.PrivateName).id.name}` };
  return symbol;
}

/** The private name that a key was before; undefined for any other key. */
export function privateNameOf(key: Node): string | undefined {
  const name = key.extra?.['privateName'];
  return typeof name === 'string' ? name : undefined;
}
