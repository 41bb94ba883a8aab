/**
 * Which generator functions of a module run in workflows with an unbounded history: those that are given to `workflow` with
 * `history: 'unbounded'`, and all that these use by name. What is in another module is not known here.
 */
import type { Node } from '@babel/types';
import { problemAt, type Problem } from '../problem.ts';
import { childrenOf, isFunctionNode } from '../tree.ts';
import type { Unit, Variable } from '../variables.ts';
import { unitMeant, type ModuleFacts } from './module-facts.ts';

export interface UnboundedUnits {
  /** With the name of the workflow. */
  readonly units: ReadonlyMap<Unit, string>;
  /** Those that are left as they are, though a run may wait in them. */
  readonly problems: readonly Problem[];
}

const OF_STEPS = new Set(['step', 'defineStep']);

export function unboundedUnits(facts: ModuleFacts): UnboundedUnits {
  const units = new Map<Unit, string>();
  const problems: Problem[] = [];
  const below = new Map<Unit | undefined, Unit[]>();
  for (const unit of facts.names.units) below.set(unit.parent, [...(below.get(unit.parent) ?? []), unit]);
  const usedBy = new Map<Unit, Variable[]>();
  for (const variable of new Set(facts.names.variableOf.values())) {
    for (const { unit } of variable.uses) if (unit) usedBy.set(unit, [...(usedBy.get(unit) ?? []), variable]);
  }
  const bodies = bodiesOfSteps(facts);

  const add = (unit: Unit, workflow: string): void => {
    if (units.has(unit) || bodies.has(unit) || isAsync(unit)) return;
    units.set(unit, workflow);
    for (const inner of below.get(unit) ?? []) add(inner, workflow);
    for (const variable of usedBy.get(unit) ?? []) {
      const value = facts.declared.get(variable);
      const used = value && facts.names.unitOf.get(value);
      if (used !== undefined) add(used, workflow);
    }
    for (const native of nativeDelegates(facts, unit)) problems.push(leftAlone(native, workflow));
  };
  for (const { body, workflow } of unboundedBodies(facts)) {
    const unit = unitMeant(facts, body);
    if (unit === undefined) continue;
    add(unit, workflow);
    if (unit.nativeBecause !== undefined) problems.push(leftAlone({ unit, at: unit.node }, workflow));
  }
  return { units, problems };
}

function isAsync({ node }: Unit): boolean {
  return (node as { async?: boolean }).async === true;
}

function leftAlone({ unit, at }: { readonly unit: Unit; readonly at: Node }, workflow: string): Problem {
  const shown = unit.name === '' ? 'this generator function' : `the generator function ${unit.name}`;
  return problemAt(
    at,
    `the history of ${ofWorkflow(workflow)} is unbounded, so where it waits has to be stored, and ${shown} is left as it ` +
      `is, since ${unit.nativeBecause ?? ''}`,
  );
}

export function ofWorkflow(name: string): string {
  return name === '' ? 'this workflow' : `workflow "${name}"`;
}

/** `yield*` of a generator function that is left as it is, in the function's own code. */
function nativeDelegates(facts: ModuleFacts, { node }: Unit): { readonly unit: Unit; readonly at: Node }[] {
  const found: { unit: Unit; at: Node }[] = [];
  const walk = (at: Node): void => {
    if (at !== node && isFunctionNode(at)) return;
    if (at.type === 'YieldExpression' && at.delegate && at.argument?.type === 'CallExpression') {
      const unit = unitMeant(facts, at.argument.callee);
      if (unit?.nativeBecause !== undefined && !isAsync(unit)) found.push({ unit, at });
    }
    for (const child of childrenOf(at)) walk(child);
  };
  walk(node);
  return found;
}

function bodiesOfSteps(facts: ModuleFacts): Set<Unit> {
  const bodies = new Set<Unit>();
  const walk = (node: Node): void => {
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier') {
      const variable = facts.names.variableOf.get(node.callee);
      const name = (variable && facts.imports.get(variable)?.imported) ?? node.callee.name;
      if (OF_STEPS.has(name)) {
        for (const argument of node.arguments) {
          const unit = facts.names.unitOf.get(argument);
          if (unit !== undefined && (unit.node as { generator?: boolean }).generator !== true) bodies.add(unit);
        }
      }
    }
    for (const child of childrenOf(node)) walk(child);
  };
  walk(facts.file.program);
  return bodies;
}

/** What calls are given behind options with `history: 'unbounded'`. */
function unboundedBodies(facts: ModuleFacts): { readonly body: Node; readonly workflow: string }[] {
  const found: { body: Node; workflow: string }[] = [];
  const walk = (node: Node): void => {
    if (node.type === 'CallExpression') {
      const [name, options, body] = node.arguments;
      if (name && options && body && historyIn(facts, options) === 'unbounded') {
        found.push({ body, workflow: textOf(facts, name) ?? '' });
      }
    }
    for (const child of childrenOf(node)) walk(child);
  };
  walk(facts.file.program);
  return found;
}

/** Of an object that is written out, here or as a constant; what is spread into it counts. */
function historyIn(facts: ModuleFacts, node: Node, depth = 0): string | undefined {
  const value = meant(facts, node);
  if (value.type !== 'ObjectExpression' || depth > 8) return undefined;
  let history: string | undefined;
  for (const property of value.properties) {
    if (property.type === 'SpreadElement') history = historyIn(facts, property.argument, depth + 1) ?? history;
    if (property.type !== 'ObjectProperty' || property.computed) continue;
    const { key } = property;
    const name = key.type === 'Identifier' ? key.name : key.type === 'StringLiteral' ? key.value : '';
    if (name === 'history') history = textOf(facts, property.value);
  }
  return history;
}

function textOf(facts: ModuleFacts, node: Node): string | undefined {
  const value = meant(facts, node);
  if (value.type === 'StringLiteral') return value.value;
  if (value.type !== 'TemplateLiteral' || value.expressions.length > 0) return undefined;
  return value.quasis[0]?.value.cooked ?? undefined;
}

function meant({ names, declared }: ModuleFacts, node: Node): Node {
  const variable = names.variableOf.get(node);
  return (variable && declared.get(variable)) ?? node;
}
