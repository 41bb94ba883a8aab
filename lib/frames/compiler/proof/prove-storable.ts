/**
 * Of a generator function of a workflow with an unbounded history: what is alive at each of its await points can be stored,
 * as far as the code says plainly what that is. Such a run has no replay to fall back on, so the build says it, not the run.
 *
 * By data flow: which variables may hold what was made where, along all edges, those of errors and returns too.
 */
import type { Expression, Node, Statement } from '@babel/types';
import { liveAt, type Liveness } from '../liveness.ts';
import { problemAt, type Problem } from '../problem.ts';
import { handlers, successors, type Block } from '../states.ts';
import { childrenOf, isClassNode, isFunctionNode } from '../tree.ts';
import type { Variable } from '../variables.ts';
import type { ModuleFacts } from './module-facts.ts';
import { ofWorkflow } from './unbounded-units.ts';
import { RESOLVERS } from './unstorable-values.ts';
import { whatItMakes, type Made } from './what-it-makes.ts';

type Holding = Map<Variable, Made>;

interface Given {
  readonly facts: ModuleFacts;
  readonly workflow: string;
  /** Those that can be reached. */
  readonly blocks: readonly Block[];
  readonly live: Liveness;
}

export function proveStorable(given: Given): Problem[] {
  const { facts, blocks, live, workflow } = given;
  const before = holdingBefore(facts, blocks);
  const problems = new Map<Node, Problem>();
  for (const block of blocks) {
    const { end } = block;
    if (end.kind !== 'yield' && end.kind !== 'delegate') continue;
    const holding = new Map(before.get(block));
    for (const { code } of block.ops) run(facts, code, holding);
    for (const variable of liveAt(block, end.then, live)) {
      const made = holding.get(variable);
      if (made === undefined || problems.has(made.at)) continue;
      problems.set(made.at, problemAt(made.at, reasonOf({ variable, made, workflow, line: end.point.line })));
    }
  }
  return [...problems.values()].sort((one, other) => one.line - other.line || one.column - other.column);
}

interface Refused {
  readonly variable: Variable;
  readonly made: Made;
  readonly workflow: string;
  readonly line: number;
}

function reasonOf({ variable, made, workflow, line }: Refused): string {
  const holder = variable.kind === 'temporary' ? 'a part of the statement' : `\`${variable.name}\``;
  return (
    `${holder} is ${made.what}, or holds it, and is needed behind the await point in line ${line}: no other process has ` +
    `that. The history of ${ofWorkflow(workflow)} is unbounded, so what it holds while it waits has to be stored. Use it in ` +
    'a step, and keep what the step gives'
  );
}

/** What variables may hold when a block begins, by all ways that lead there. */
function holdingBefore(facts: ModuleFacts, blocks: readonly Block[]): ReadonlyMap<Block, Holding> {
  const before = new Map<Block, Holding>(blocks.map((block) => [block, new Map()]));
  const waiting = new Set(blocks);
  const flow = (holding: Holding, to: Block): void => {
    const known = before.get(to);
    if (known === undefined) return;
    const { size } = known;
    for (const [variable, made] of holding) if (!known.has(variable)) known.set(variable, made);
    if (known.size > size) waiting.add(to);
  };
  for (const block of waiting) {
    waiting.delete(block);
    const holding = new Map(before.get(block));
    const onError = handlers(block.region);
    for (const to of onError) flow(holding, to);
    for (const { code, jumps } of block.ops) {
      run(facts, code, holding);
      for (const to of [...onError, ...jumps.map((jump) => jump.to)]) flow(holding, to);
    }
    for (const to of successors({ ...block, ops: [] })) flow(holding, to);
  }
  return before;
}

/** What a statement changes. What only a part of it may do adds to it, and takes nothing away. */
function run(facts: ModuleFacts, code: Statement, holding: Holding): void {
  if (code.type === 'VariableDeclaration') {
    for (const { id, init } of code.declarations) {
      if (init) runParts(facts, init, holding);
      if (init || code.kind !== 'var') assign(facts, id, init ?? undefined, { holding, isSure: true });
    }
  } else if (code.type === 'ExpressionStatement') {
    const { expression } = code;
    if (expression.type === 'AssignmentExpression' && expression.operator === '=') {
      runParts(facts, expression.right, holding);
      assign(facts, expression.left, expression.right, { holding, isSure: true });
    } else {
      runParts(facts, expression, holding);
    }
  } else {
    runParts(facts, code, holding);
  }
}

/** Assignments, and what is put into a collection, in the function's own code. */
function runParts(facts: ModuleFacts, node: Node, holding: Holding): void {
  if (isFunctionNode(node) || isClassNode(node)) return;
  for (const child of childrenOf(node)) runParts(facts, child, holding);
  if (node.type === 'AssignmentExpression') {
    assign(facts, node.left, node.right, { holding, isSure: false });
  } else if (node.type === 'VariableDeclarator' && node.init) {
    assign(facts, node.id, node.init, { holding, isSure: false });
  } else if (node.type === 'CallExpression') {
    put(facts, node, holding);
  }
}

const PUTS = new Set(['push', 'unshift', 'add', 'set']);

/** `list.push(fetch(url))`. */
function put(facts: ModuleFacts, node: Extract<Node, { type: 'CallExpression' }>, holding: Holding): void {
  const { callee } = node;
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return;
  const variable = facts.names.variableOf.get(callee.object);
  if (variable === undefined || variable.isModuleLevel || !PUTS.has(callee.property.name)) return;
  for (const argument of node.arguments) hold(holding, variable, whatItMakes(facts, argument, holding));
}

function hold(holding: Holding, variable: Variable, made: Made | undefined): void {
  if (made !== undefined && !holding.has(variable)) holding.set(variable, made);
}

interface How {
  readonly holding: Holding;
  /** Nothing of what it held before is left. */
  readonly isSure: boolean;
}

function assign(facts: ModuleFacts, target: Node, value: Expression | undefined, how: How): void {
  const { holding, isSure } = how;
  switch (target.type) {
    case 'Identifier': {
      const variable = facts.names.variableOf.get(target);
      if (variable === undefined || variable.isModuleLevel) return;
      const made = whatItMakes(facts, value, holding);
      if (isSure) holding.delete(variable);
      hold(holding, variable, made);
      return;
    }
    case 'AssignmentPattern':
      assign(facts, target.left, value, how);
      assign(facts, target.left, target.right, { holding, isSure: false });
      return;
    case 'ArrayPattern':
      for (const [index, element] of target.elements.entries()) {
        if (element) assign(facts, element, itemOf(value, index), how);
      }
      return;
    case 'ObjectPattern': {
      const whole = value?.type === 'CallExpression' ? whatItMakes(facts, value, holding) : undefined;
      for (const property of target.properties) {
        if (property.type === 'RestElement') continue;
        const inner = whole?.what === RESOLVERS ? value : propertyOf(value, property.key);
        assign(facts, property.value, inner, how);
      }
      return;
    }
    case 'MemberExpression': {
      const variable = facts.names.variableOf.get(target.object);
      if (variable === undefined || variable.isModuleLevel) return;
      hold(holding, variable, whatItMakes(facts, value, holding));
      return;
    }
    default:
  }
}

function itemOf(value: Expression | undefined, index: number): Expression | undefined {
  if (value?.type !== 'ArrayExpression') return undefined;
  if (value.elements.slice(0, index + 1).some((one) => one?.type === 'SpreadElement')) return undefined;
  return (value.elements[index] as Expression | null | undefined) ?? undefined;
}

function propertyOf(value: Expression | undefined, key: Node): Expression | undefined {
  if (value?.type !== 'ObjectExpression' || key.type !== 'Identifier') return undefined;
  const found = value.properties.findLast(
    (one) =>
      one.type === 'ObjectProperty' && !one.computed && one.key.type === 'Identifier' && one.key.name === key.name,
  );
  return found?.type === 'ObjectProperty' ? (found.value as Expression) : undefined;
}
