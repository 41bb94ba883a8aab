/**
 * What comes in at an await point is in a variable of the machine until the next one. Where it is used before that, it
 * needs no place in the frame.
 */
import type { Expression, Node, Statement } from '@babel/types';
import type { Block, Op } from './states.ts';
import { childrenOf, computedKey, isClassNode, isFunctionNode, replaceChildren } from './tree.ts';
import type { Names, Variable } from './variables.ts';

/** The variables that need no place. */
export function forwardSent(
  blocks: readonly Block[],
  sent: readonly Variable[],
  names: Names,
  sentName: string,
): Set<Variable> {
  const forwarded = new Set<Variable>();
  const mentioned = new Map(blocks.map((block) => [block, mentionedIn(block, names)]));
  for (const variable of sent) {
    const block = blocks.find(({ ops }) => ops.some((op) => valueOf(op, variable, names) !== undefined));
    if (block === undefined) continue;
    const at = block.ops.findIndex((op) => valueOf(op, variable, names) !== undefined);
    const value = valueOf(block.ops[at] as Op, variable, names) as Expression;
    const isElsewhere = blocks.some((other) => other !== block && mentioned.get(other)?.has(variable) === true);
    const later = block.ops.slice(at + 1);
    const overwritten = later.findIndex(({ code }) => assignsSent(code, sentName));
    const isTooLate =
      overwritten !== -1 &&
      (later.slice(overwritten).some(({ code }) => mentions(code, variable, names)) || endUses(block, variable, names));
    if (isElsewhere || isTooLate) continue;
    block.ops.splice(at, 1);
    forwarded.add(variable);
    const replace = <N extends Node>(node: N): N => substitute(node, variable, value, names);
    for (const op of block.ops) replace(op.code);
    block.end = substituteEnd(block.end, replace);
    const useless = block.ops.findIndex(({ code }) => code.type === 'ExpressionStatement' && code.expression === value);
    if (useless !== -1) block.ops.splice(useless, 1);
  }
  return forwarded;
}

function valueOf({ code }: Op, variable: Variable, names: Names): Expression | undefined {
  if (code.type !== 'ExpressionStatement' || code.expression.type !== 'AssignmentExpression') return undefined;
  const { left, right } = code.expression;
  return names.variableOf.get(left) === variable ? right : undefined;
}

function assignsSent(code: Statement, sentName: string): boolean {
  if (code.type !== 'ExpressionStatement' || code.expression.type !== 'AssignmentExpression') return false;
  const { left } = code.expression;
  return left.type === 'Identifier' && left.name === sentName;
}

function mentions(node: Node, variable: Variable, names: Names): boolean {
  if (names.variableOf.get(node) === variable) return true;
  const key = computedKey(node);
  if (key !== undefined) return mentions(key, variable, names);
  return (
    !isFunctionNode(node) && !isClassNode(node) && childrenOf(node).some((child) => mentions(child, variable, names))
  );
}

function endUses({ end }: Block, variable: Variable, names: Names): boolean {
  const node = valueAtEnd(end);
  return node !== undefined && mentions(node, variable, names);
}

function valueAtEnd(end: Block['end']): Expression | undefined {
  if (end.kind === 'branch') return end.test;
  return 'value' in end ? end.value : undefined;
}

/** What a block may use, also where the value of another one has since come in its place. */
function mentionedIn({ ops, end }: Block, names: Names): Set<Variable> {
  const found = new Set<Variable>();
  const walk = (node: Node): void => {
    const variable = names.variableOf.get(node);
    if (variable !== undefined) found.add(variable);
    const key = computedKey(node);
    if (key !== undefined) walk(key);
    else if (!isFunctionNode(node) && !isClassNode(node)) for (const child of childrenOf(node)) walk(child);
  };
  for (const { code } of ops) walk(code);
  const last = valueAtEnd(end);
  if (last !== undefined) walk(last);
  return found;
}

function substitute<N extends Node>(node: N, variable: Variable, value: Expression, names: Names): N {
  if (names.variableOf.get(node) === variable) return value as Node as N;
  const key = computedKey(node);
  if (key !== undefined) (node as unknown as { key: Node }).key = substitute(key, variable, value, names);
  if (isFunctionNode(node) || isClassNode(node)) return node;
  replaceChildren(node, (child) => substitute(child, variable, value, names));
  return node;
}

function substituteEnd(end: Block['end'], replace: <N extends Node>(node: N) => N): Block['end'] {
  if (end.kind === 'branch') return { ...end, test: replace(end.test) };
  if ('value' in end && end.value !== undefined) return { ...end, value: replace(end.value) };
  return end;
}
