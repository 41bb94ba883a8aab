/** Which variables of a frame are alive before each block: those that some way on may read before it writes them. */
import type { Expression, Node, Statement } from '@babel/types';
import { handlers, successors, type Block } from './states.ts';
import { childrenOf, computedKey } from './tree.ts';
import type { Names, Unit, Variable } from './variables.ts';

export type Liveness = ReadonlyMap<Block, ReadonlySet<Variable>>;

interface Effect {
  readonly uses: ReadonlySet<Variable>;
  readonly kills: ReadonlySet<Variable>;
  readonly jumps: readonly Block[];
}

export function liveness(blocks: readonly Block[], unit: Unit, names: Names): Liveness {
  const effects = new Map(blocks.map((block) => [block, effectsOf(block, unit, names)]));
  const live = new Map<Block, Set<Variable>>(blocks.map((block) => [block, new Set()]));
  const before = new Map<Block, Set<Block>>();
  for (const block of blocks) {
    for (const next of [...successors(block), ...handlers(block.region)]) {
      const known = before.get(next) ?? new Set<Block>();
      before.set(next, known.add(block));
    }
  }
  const waiting = new Set([...blocks].reverse());
  for (const block of waiting) {
    waiting.delete(block);
    const now = liveBefore(block, effects.get(block) ?? [], live);
    if (now.size === live.get(block)?.size) continue;
    live.set(block, now);
    for (const previous of before.get(block) ?? []) waiting.add(previous);
  }
  return live;
}

/** Alive at an await point: after it, and where an error or a return that comes in there leads. */
export function liveAt(point: Block, then: Block, live: Liveness): Set<Variable> {
  const alive = new Set<Variable>();
  for (const block of [then, ...handlers(then.region), ...handlers(point.region)]) {
    for (const variable of live.get(block) ?? []) alive.add(variable);
  }
  return alive;
}

function liveBefore(block: Block, effects: readonly Effect[], live: Liveness): Set<Variable> {
  const alive = new Set<Variable>();
  const add = (blocks: readonly Block[]): void => {
    for (const one of blocks) for (const variable of live.get(one) ?? []) alive.add(variable);
  };
  const onError = handlers(block.region);
  add(successors({ ...block, ops: [] }));
  add(onError);
  for (const { uses, kills, jumps } of effects.toReversed()) {
    for (const variable of kills) alive.delete(variable);
    for (const variable of uses) alive.add(variable);
    add(jumps);
    add(onError); // it may fail before it has written anything
  }
  return alive;
}

function effectsOf(block: Block, unit: Unit, names: Names): Effect[] {
  const effects = block.ops.map(({ code, jumps }): Effect => ({
    ...effectOf(code, unit, names),
    jumps: jumps.map(({ to }) => to),
  }));
  const { end } = block;
  const last: Expression | undefined = end.kind === 'branch' ? end.test : 'value' in end ? end.value : undefined;
  if (last !== undefined) effects.push({ ...effectOf(last, unit, names), jumps: [] });
  return effects;
}

function effectOf(code: Statement | Expression, unit: Unit, names: Names): Pick<Effect, 'uses' | 'kills'> {
  const uses = new Set<Variable>();
  const kills = new Set<Variable>();
  const isInFrame = (variable: Variable | undefined): variable is Variable =>
    variable !== undefined && (unit.slots?.has(variable) === true || variable.kind === 'temporary');
  const walk = (node: Node): void => {
    const inner = names.unitOf.get(node);
    if (inner !== undefined) {
      for (const variable of inner.captures) if (isInFrame(variable)) uses.add(variable);
      const key = computedKey(node);
      if (key !== undefined) walk(key);
      return;
    }
    const variable = names.variableOf.get(node);
    if (isInFrame(variable)) uses.add(variable);
    for (const child of childrenOf(node)) walk(child);
  };
  const isRenewed = names.renewals.has(code);
  const target = (node: Node, isFresh: boolean): void => {
    const variable = names.variableOf.get(node);
    if (isInFrame(variable)) {
      const getsBox = isRenewed || (isFresh && !variable.isChecked);
      if (getsBox || !variable.isBoxed) kills.add(variable);
      else uses.add(variable);
      return;
    }
    switch (node.type) {
      case 'Identifier':
        break;
      case 'ArrayPattern':
        for (const element of node.elements) if (element) target(element, isFresh);
        break;
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'ObjectProperty' && property.computed) walk(property.key);
          target(property.type === 'RestElement' ? property : property.value, isFresh);
        }
        break;
      case 'RestElement':
        target(node.argument, isFresh);
        break;
      case 'AssignmentPattern':
        target(node.left, isFresh);
        walk(node.right);
        break;
      default:
        walk(node);
    }
  };
  if (code.type === 'VariableDeclaration') {
    for (const { id, init } of code.declarations) {
      if (init) walk(init);
      if (init || code.kind !== 'var') target(id, code.kind !== 'var');
    }
  } else if (code.type === 'ExpressionStatement' && isPlainAssignment(code.expression)) {
    walk(code.expression.right);
    target(code.expression.left, false);
  } else {
    walk(code);
  }
  return { uses, kills };
}

function isPlainAssignment(node: Expression): node is Extract<Expression, { type: 'AssignmentExpression' }> {
  return node.type === 'AssignmentExpression' && node.operator === '=';
}
