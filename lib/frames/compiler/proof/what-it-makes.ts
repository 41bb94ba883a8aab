/**
 * What an expression plainly makes that cannot be stored. It knows no types: what a function of another module gives, what is
 * in a property, and what code behind a variable has changed are not known, and shown when the run is stored.
 */
import type { CallExpression, NewExpression, Node } from '@babel/types';
import { childrenOf, isFunctionNode } from '../tree.ts';
import type { Unit, Variable } from '../variables.ts';
import { globalName, unitMeant, type ModuleFacts } from './module-facts.ts';
import {
  PROMISE,
  UNSTORABLE_CALLS,
  UNSTORABLE_CLASSES,
  UNSTORABLE_INTL,
  unstorableOfNode,
} from './unstorable-values.ts';

/** What a variable may hold, and where that was made. */
export interface Made {
  readonly what: string;
  readonly at: Node;
}

export type Holding = ReadonlyMap<Variable, Made>;

/** What the compiler itself puts around an expression: a cursor over it, and an object to which more is added. */
const OF_COMPILER = /^\$\$+(?:iterate|extend)$/;

/** Collections that hold what they are made of. */
const COLLECTIONS = new Set(['Array', 'Map', 'Set', 'Object']);

export function whatItMakes(facts: ModuleFacts, node: Node | null | undefined, holding: Holding): Made | undefined {
  const of = (one: Node | null | undefined): Made | undefined => whatItMakes(facts, one, holding);
  const first = (all: readonly (Node | null | undefined)[]): Made | undefined => {
    for (const one of all) {
      const made = of(one);
      if (made !== undefined) return made;
    }
    return undefined;
  };
  if (!node) return undefined;
  const unit = facts.names.unitOf.get(node);
  if (unit !== undefined) return functionMakes(unit, node, holding);
  switch (node.type) {
    case 'Identifier': {
      const variable = facts.names.variableOf.get(node);
      return variable && holding.get(variable);
    }
    case 'CallExpression':
      return callMakes(facts, node, holding, first);
    case 'NewExpression':
      return newMakes(facts, node, first);
    case 'ArrayExpression':
      return first(node.elements);
    case 'ObjectExpression':
      return first(node.properties.map((one) => ('value' in one ? one.value : 'argument' in one ? one.argument : one)));
    case 'SpreadElement':
      return of(node.argument);
    case 'ConditionalExpression':
      return first([node.consequent, node.alternate]);
    case 'LogicalExpression':
      return first(node.operator === '&&' ? [node.right] : [node.left, node.right]);
    case 'SequenceExpression':
      return of(node.expressions.at(-1));
    case 'AssignmentExpression':
      return node.operator === '=' || node.operator.length === 3 ? of(node.right) : undefined;
    case 'ParenthesizedExpression':
      return of(node.expression);
    default:
      return undefined;
  }
}

function functionMakes(unit: Unit, node: Node, holding: Holding): Made | undefined {
  if (!isFunctionNode(node)) return { what: 'a class that is made in a function', at: node };
  if (unit.bound !== undefined)
    return { what: `a function that stays where it is written, since ${unit.bound}`, at: node };
  for (const variable of unit.captures) {
    const made = holding.get(variable);
    if (made !== undefined) return { what: `a function that uses \`${variable.name}\`, ${made.what}`, at: made.at };
  }
  return undefined;
}

type First = (all: readonly (Node | null | undefined)[]) => Made | undefined;

function callMakes(facts: ModuleFacts, node: CallExpression, holding: Holding, first: First): Made | undefined {
  const { callee } = node;
  const made = (what: string | undefined): Made | undefined => (what === undefined ? undefined : { what, at: node });
  const called = unitMeant(facts, callee);
  if (called !== undefined) return made(whatCalled(called));
  if (callee.type === 'Import') return made(PROMISE);
  if (callee.type === 'Identifier' && OF_COMPILER.test(callee.name)) return first(node.arguments);
  const global = pathOfGlobal(facts, callee);
  if (global !== undefined) {
    const [object, member] = global.split('.');
    if (object === 'Intl' && UNSTORABLE_INTL.has(member ?? '')) return made(`an Intl.${member ?? ''}`);
    if (global === 'Array.from' || global === 'Object.assign') return asyncMapped(facts, node) ?? first(node.arguments);
    return made(UNSTORABLE_CALLS.get(global));
  }
  const imported = importMeant(facts, callee);
  if (imported !== undefined) return made(unstorableOfNode(imported.from, imported.name, false));
  return callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier'
    ? undefined
    : methodMakes(facts, node, { object: callee.object, method: callee.property.name, holding });
}

function whatCalled({ node, nativeBecause }: Unit): string | undefined {
  const { async, generator } = node as { async?: boolean; generator?: boolean };
  if (async === true) return generator === true ? 'an async generator' : PROMISE;
  return nativeBecause === undefined ? undefined : `a generator whose function is not compiled, since ${nativeBecause}`;
}

interface Method {
  readonly object: Node;
  readonly method: string;
  readonly holding: Holding;
}

function methodMakes(facts: ModuleFacts, node: CallExpression, { object, method, holding }: Method): Made | undefined {
  switch (method) {
    case 'then':
    case 'catch':
    case 'finally':
      return whatItMakes(facts, object, holding)?.what === PROMISE ? { what: PROMISE, at: node } : undefined;
    case 'map':
    case 'flatMap':
      return asyncMapped(facts, node);
    case 'bind': {
      const unit = unitMeant(facts, object);
      return unit === undefined ? undefined : { what: 'what `bind` gives, a function of no code', at: node };
    }
    default:
      return undefined;
  }
}

/** `items.map(async (item) => ...)`. */
function asyncMapped(facts: ModuleFacts, node: CallExpression): Made | undefined {
  const isAsync = node.arguments.some((argument) => {
    const unit = unitMeant(facts, argument);
    return unit !== undefined && (unit.node as { async?: boolean }).async === true;
  });
  return isAsync ? { what: 'promises', at: node } : undefined;
}

function newMakes(facts: ModuleFacts, node: NewExpression, first: First): Made | undefined {
  const { callee } = node;
  const made = (what: string | undefined): Made | undefined => (what === undefined ? undefined : { what, at: node });
  const unit = unitMeant(facts, callee);
  if (unit !== undefined) {
    const isKnown = unit.parent === undefined || isGivenAway(facts, callee);
    return isKnown ? undefined : made('an instance of a class that is made in a function');
  }
  const global = pathOfGlobal(facts, callee);
  if (global !== undefined) {
    const [object, member] = global.split('.');
    if (object === 'Intl' && UNSTORABLE_INTL.has(member ?? '')) return made(`an Intl.${member ?? ''}`);
    return COLLECTIONS.has(global) ? first(node.arguments) : made(UNSTORABLE_CLASSES.get(global));
  }
  const imported = importMeant(facts, callee);
  return imported && made(unstorableOfNode(imported.from, imported.name, true));
}

/** A class that is an argument of a call may have been registered. */
function isGivenAway({ file, names }: ModuleFacts, callee: Node): boolean {
  const variable = names.variableOf.get(callee);
  const isArgument = (node: Node): boolean =>
    (node.type === 'CallExpression' && node.arguments.some((one) => names.variableOf.get(one) === variable)) ||
    childrenOf(node).some(isArgument);
  return variable === undefined || isArgument(file.program);
}

/** `Promise.all`, `crypto.subtle.digest`. */
function pathOfGlobal(facts: ModuleFacts, node: Node): string | undefined {
  const name = globalName(facts, node);
  if (name !== undefined) return name;
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return undefined;
  const before = pathOfGlobal(facts, node.object);
  return before === undefined ? undefined : `${before}.${node.property.name}`;
}

/** What a module has imported: by its own name, or as a part of the whole module. */
function importMeant({ names, imports }: ModuleFacts, node: Node): { from: string; name: string } | undefined {
  const isMember = node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier';
  const variable = names.variableOf.get(isMember ? node.object : node);
  const imported = variable && imports.get(variable);
  if (imported === undefined) return undefined;
  const isWhole = imported.imported === '*' || imported.imported === 'default';
  if (!isMember) return { from: imported.from, name: imported.imported };
  return isWhole ? { from: imported.from, name: (node.property as { name: string }).name } : undefined;
}
