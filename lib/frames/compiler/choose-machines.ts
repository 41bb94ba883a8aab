/** Which generator functions become machines, and which variables are then in their frames under which names. */
import type { Node } from '@babel/types';
import { childrenOf, isClassNode, isFunctionNode } from './tree.ts';
import type { Names, Unit, Variable } from './variables.ts';
import { Yields } from './yields.ts';

export function chooseMachines(names: Names): void {
  const variables = new Set(names.variableOf.values());
  for (const unit of names.units) {
    for (const own of [unit.ownName, unit.thisVariable, unit.argumentsVariable]) if (own) variables.add(own);
  }
  const byHome = new Map<Unit, Variable[]>();
  for (const variable of variables) {
    if (variable.home !== undefined) byHome.set(variable.home, [...(byHome.get(variable.home) ?? []), variable]);
  }
  for (const unit of names.units) {
    const { generator, async } = unit.node as { generator?: boolean; async?: boolean };
    if (generator !== true || async === true) continue;
    unit.nativeBecause = unit.bound ?? reasonIn((unit.node as { body: Node }).body, new Yields());
    if (unit.nativeBecause === undefined) unit.slots = slotsOf(unit, byHome.get(unit) ?? []);
  }
}

function reasonIn(node: Node, yields: Yields): string | undefined {
  if (isFunctionNode(node)) return undefined;
  if (node.type === 'VariableDeclaration' && (node.kind === 'using' || node.kind === 'await using')) {
    return 'it has a `using` declaration';
  }
  if (node.type.startsWith('TS') || node.type.startsWith('JSX')) return `it has a ${node.type} in it`;
  if (node.type === 'ObjectExpression' && node.properties.some(usesSuper)) return 'an object in it uses `super`';
  if (isClassNode(node)) {
    if (yields.in(node)) return 'a class in it has a `yield` in its head';
    const heads = [node.superClass, ...node.body.body.map((member) => ('key' in member ? member.key : null))];
    const isOdd = heads.some((head) => head !== null && head !== undefined && usesThis(head));
    if (isOdd || (node.decorators?.length ?? 0) > 0) return 'a class in it depends on `this`, or has decorators';
    return undefined;
  }
  for (const child of childrenOf(node)) {
    const reason = reasonIn(child, yields);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function usesSuper(node: Node): boolean {
  if (node.type === 'Super') return true;
  if (isClassNode(node) || node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration') return false;
  return childrenOf(node).some(usesSuper);
}

function usesThis(node: Node): boolean {
  if (node.type === 'ThisExpression' || (node.type === 'Identifier' && node.name === 'arguments')) return true;
  return !isFunctionNode(node) && childrenOf(node).some(usesThis);
}

/**
 * Siblings may share a name, since they are never alive together; what is inside of the other one of its name gets a
 * number. So a name stays what it is when code elsewhere changes.
 */
function slotsOf(unit: Unit, own: readonly Variable[]): Map<Variable, string> {
  const yields = new Yields();
  const slots = new Map<Variable, string>();
  const given: { name: string; scope: Node }[] = [];
  const whole = unit.node;
  const add = (variable: Variable, scope: Node): void => {
    let name = variable.name;
    for (let number = 2; given.some((other) => other.name === name && overlap(other.scope, scope)); number += 1) {
      name = `${variable.name}#${number}`;
    }
    given.push({ name, scope });
    slots.set(variable, name);
  };
  for (const variable of unit.captures) add(variable, whole);
  const handlers = handlersOfYields(whole, yields);
  const inFrame = own.filter(
    ({ kind, scope }) => kind === 'var' || scope === whole || (scope && (yields.in(scope) || handlers.has(scope))),
  );
  const byDepth = [...inFrame].sort((one, other) => (one.scope?.start ?? 0) - (other.scope?.start ?? 0));
  for (const variable of byDepth) add(variable, variable.scope ?? whole);
  return slots;
}

/** A `catch` is taken apart with its `try`, also if it has no `yield` itself. */
function handlersOfYields(node: Node, yields: Yields): Set<Node> {
  const handlers = new Set<Node>();
  const walk = (at: Node): void => {
    if (at.type === 'TryStatement' && at.handler && yields.in(at)) handlers.add(at.handler);
    for (const child of childrenOf(at)) if (!isFunctionNode(child)) walk(child);
  };
  walk(node);
  return handlers;
}

function overlap(one: Node, other: Node): boolean {
  return (one.start ?? 0) < (other.end ?? 0) && (other.start ?? 0) < (one.end ?? 0);
}
