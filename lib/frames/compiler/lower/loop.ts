/** Loops with a `yield` in them. */
import * as t from '@babel/types';
import type { Node } from '@babel/types';
import { callOf, located, member, set, statement as expressionStatement } from '../build.ts';
import type { Block, Region } from '../states.ts';
import type { Lowering } from './lowering.ts';
import { assignName, assignPattern } from './pattern.ts';
import { enterScope } from './scope.ts';
import { breakable } from './breakable.ts';
import { declarations } from './declarations.ts';

function loop(
  l: Lowering,
  given: {
    readonly text: string;
    readonly labels: readonly string[];
    readonly breakTo: Block;
    readonly continueTo: Block;
  },
  lower: () => void,
): void {
  const words = (word: string): string[] => [word, ...given.labels.map((label) => `${word} ${label}`)];
  breakable(l, { to: given.breakTo, words: words('break') }, () => {
    breakable(l, { to: given.continueTo, words: words('continue') }, () => {
      l.within(given.text, lower);
    });
  });
}

export function whileLoop(l: Lowering, node: t.WhileStatement, labels: readonly string[]): void {
  const [head, body, after] = [l.block(), l.block(), l.block()];
  loop(l, { text: `while (${l.textOf(node.test)})`, labels, breakTo: after, continueTo: head }, () => {
    l.begin(head);
    l.branch(l.expression(node.test), body, after);
    l.begin(body);
    l.lowerStatement(node.body);
    l.goto(head);
  });
  l.begin(after);
}

export function doWhileLoop(l: Lowering, node: t.DoWhileStatement, labels: readonly string[]): void {
  const [body, test, after] = [l.block(), l.block(), l.block()];
  loop(l, { text: `do while (${l.textOf(node.test)})`, labels, breakTo: after, continueTo: test }, () => {
    l.begin(body);
    l.lowerStatement(node.body);
    l.begin(test);
    l.branch(l.expression(node.test), body, after);
  });
  l.begin(after);
}

export function forLoop(l: Lowering, node: t.ForStatement, labels: readonly string[]): void {
  const { init, test, update } = node;
  enterScope(l, node);
  if (init?.type === 'VariableDeclaration') declarations(l, init);
  else if (init) l.emit(expressionStatement(l.expression(init)));
  const [head, body, next, after] = [l.block(), l.block(), l.block(), l.block()];
  const text = `for (${[init, test, update].map((part) => (part ? l.textOf(part) : '')).join('; ')})`;
  loop(l, { text, labels, breakTo: after, continueTo: next }, () => {
    renewBoxes(l, node);
    l.begin(head);
    if (test) l.branch(l.expression(test), body, after);
    l.begin(body);
    l.lowerStatement(node.body);
    l.begin(next);
    renewBoxes(l, node);
    if (update) l.emit(expressionStatement(l.expression(update)));
    l.goto(head);
  });
  l.begin(after);
}

/** Each round has variables of its own, which begin with what the last round left. */
function renewBoxes(l: Lowering, node: t.ForStatement): void {
  if (node.init?.type !== 'VariableDeclaration' || node.init.kind === 'var') return;
  for (const variable of l.names.declaredIn.get(node) ?? []) {
    if (variable.isBoxed && variable.writes > 0) l.renew(variable, l.read(variable));
  }
}

/** `for ... of` and `for ... in`. */
export function iteration(l: Lowering, node: t.ForOfStatement | t.ForInStatement, labels: readonly string[]): void {
  const isOf = node.type === 'ForOfStatement';
  const { left, right } = node;
  const text = `for (${l.textOf(left)} ${isOf ? 'of' : 'in'} ${l.textOf(right)})`;
  const cursor = l.variable(isOf ? 'of' : 'in', l.around.length);
  l.assign(cursor, source(l, node));
  const [head, body, after] = [l.block(), l.block(), l.block()];
  const outer = l.region;
  const [failed, returned] = [l.block(), l.block()];
  loop(l, { text, labels, breakTo: after, continueTo: head }, () => {
    l.begin(head);
    l.emit(located(expressionStatement(set(l.valueInFlight, callOf(member(l.read(cursor), 'next')))), left));
    l.branch(t.binaryExpression('===', l.valueInFlight, l.runtime('END')), after, body);
    l.begin(body);
    const lowerBody = (): void => {
      enterScope(l, node);
      bind(l, left);
      l.lowerStatement(node.body);
    };
    if (!isOf) {
      lowerBody();
    } else {
      const region: Region = { parent: outer, onThrow: failed, onReturn: returned };
      // `continue` stays in the loop, so it closes nothing: only what is outside of its target does.
      const target = l.frames.pop();
      l.frames.push({ kind: 'iterator', variable: cursor, outer });
      l.frames.push(...(target === undefined ? [] : [target]));
      l.inRegion(region, lowerBody);
      l.frames.splice(-2, 1);
    }
    l.goto(head);
  });
  if (isOf) closing(l, cursor, failed, returned);
  l.begin(after);
}

function source(l: Lowering, node: t.ForOfStatement | t.ForInStatement): t.Expression {
  const value = l.expression(node.right);
  if (node.type === 'ForInStatement') return t.newExpression(l.runtime('KeyCursor'), [value]);
  return located(callOf(l.runtime('iterate'), value), node.right);
}

function bind(l: Lowering, left: Node): void {
  const isDeclaration = left.type === 'VariableDeclaration';
  const target: Node = isDeclaration ? (left.declarations[0] as t.VariableDeclarator).id : left;
  const how = isDeclaration && left.kind !== 'var' ? 'declare' : 'assign';
  if (target.type === 'Identifier') {
    assignName(l, target, l.valueInFlight, how);
  } else if (l.yields.in(target)) {
    assignPattern(l, target, l.keep(l.valueInFlight), how);
  } else if (isDeclaration) {
    l.emit(t.variableDeclaration(left.kind, [t.variableDeclarator(target as t.LVal, l.valueInFlight)]));
  } else {
    l.emit(expressionStatement(set(target as t.LVal, l.valueInFlight)));
  }
}

function closing(l: Lowering, cursor: ReturnType<Lowering['variable']>, failed: Block, returned: Block): void {
  l.begin(failed);
  l.emit(expressionStatement(callOf(member(l.read(cursor), 'closeQuietly'))));
  l.end({ kind: 'throw', value: l.valueInFlight });
  l.begin(returned);
  l.emit(expressionStatement(callOf(member(l.read(cursor), 'close'))));
  l.leaveByReturn();
}
