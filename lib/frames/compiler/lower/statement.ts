/** Statements with a `yield` in them. The others stay what they are. */
import * as t from '@babel/types';
import type { Statement } from '@babel/types';
import { located, set, statement as expressionStatement, undef } from '../build.ts';
import type { Block } from '../states.ts';
import { expression } from './expression.ts';
import { sequence } from './parts.ts';
import { doWhileLoop, forLoop, iteration, whileLoop } from './loop.ts';
import type { Lowering } from './lowering.ts';
import { breakable } from './breakable.ts';
import { declarations } from './declarations.ts';
import { assignName } from './pattern.ts';
import { enterScope, hoistFunctions } from './scope.ts';
import { tryStatement } from './try.ts';
import { emitNative, jump, targetOf } from './unwind.ts';

export function statements(l: Lowering, list: readonly Statement[]): void {
  for (const one of list) statement(l, one);
}

export function statement(l: Lowering, node: Statement, labels: readonly string[] = []): void {
  l.inStatement(node, () => {
    if (l.yields.in(node)) lowered(l, node, labels);
    else simple(l, node);
  });
}

function simple(l: Lowering, node: Statement): void {
  switch (node.type) {
    case 'EmptyStatement':
    case 'FunctionDeclaration': // made where its scope begins
      break;
    case 'ReturnStatement':
      leave(l, node);
      break;
    case 'ThrowStatement':
      l.end({ kind: 'throw', value: node.argument });
      break;
    case 'BreakStatement':
    case 'ContinueStatement':
      jump(l, targetOf(l, node.type === 'BreakStatement' ? 'break' : 'continue', node.label?.name));
      break;
    case 'ClassDeclaration': {
      const value = t.toExpression(node);
      assignName(l, node.id as t.Identifier, value, 'declare');
      break;
    }
    default:
      emitNative(l, node);
  }
}

function lowered(l: Lowering, node: Statement, labels: readonly string[]): void {
  switch (node.type) {
    case 'ExpressionStatement':
      l.emit(located(expressionStatement(expression(l, node.expression)), node));
      break;
    case 'VariableDeclaration':
      declarations(l, node);
      break;
    case 'BlockStatement':
      enterScope(l, node);
      hoistFunctions(l, node.body);
      statements(l, node.body);
      break;
    case 'IfStatement':
      ifStatement(l, node);
      break;
    case 'ReturnStatement':
      leave(l, node);
      break;
    case 'ThrowStatement':
      l.end({ kind: 'throw', value: expression(l, node.argument) });
      break;
    case 'LabeledStatement':
      labeled(l, node, [...labels, node.label.name]);
      break;
    case 'WhileStatement':
      whileLoop(l, node, labels);
      break;
    case 'DoWhileStatement':
      doWhileLoop(l, node, labels);
      break;
    case 'ForStatement':
      forLoop(l, node, labels);
      break;
    case 'ForOfStatement':
    case 'ForInStatement':
      iteration(l, node, labels);
      break;
    case 'SwitchStatement':
      switchStatement(l, node, labels);
      break;
    case 'TryStatement':
      tryStatement(l, node);
      break;
    default:
      throw new Error(`a yield in ${node.type} is not known to the compiler`);
  }
}

function leave(l: Lowering, node: t.ReturnStatement): void {
  const value = node.argument ? expression(l, node.argument) : undef();
  if (l.frames.every(({ kind }) => kind === 'target')) {
    l.end({ kind: 'return', value });
    return;
  }
  l.emit(located(expressionStatement(set(l.valueInFlight, value)), node));
  jump(l, 'return');
}

function ifStatement(l: Lowering, node: t.IfStatement): void {
  const [yes, no, after] = [l.block(), l.block(), l.block()];
  l.branch(expression(l, node.test), yes, node.alternate ? no : after);
  l.begin(yes);
  statement(l, node.consequent);
  if (node.alternate) {
    l.goto(after);
    l.begin(no);
    statement(l, node.alternate);
  }
  l.begin(after);
}

function labeled(l: Lowering, node: t.LabeledStatement, labels: readonly string[]): void {
  const { body } = node;
  const isLoop = t.isLoop(body) || body.type === 'LabeledStatement';
  if (isLoop) {
    statement(l, body, labels);
    return;
  }
  const after = l.block();
  breakable(l, { to: after, words: labels.map((label) => `break ${label}`) }, () => statement(l, body));
  l.begin(after);
}

function switchStatement(l: Lowering, node: t.SwitchStatement, labels: readonly string[]): void {
  const after = l.block();
  const [value] = sequence(l, [node.discriminant]);
  const kept = l.variable('switch', l.around.length);
  l.assign(kept, value as t.Expression);
  enterScope(l, node);
  hoistFunctions(
    l,
    node.cases.flatMap(({ consequent }) => consequent),
  );
  const bodies = node.cases.map(() => l.block());
  for (const [index, { test }] of node.cases.entries()) {
    if (!test) continue;
    const next = l.block();
    l.branch(located(t.binaryExpression('===', l.read(kept), expression(l, test)), test), bodies[index] as Block, next);
    l.begin(next);
  }
  l.goto(bodies[node.cases.findIndex(({ test }) => !test)] ?? after);
  const words = ['break', ...labels.map((label) => `break ${label}`)];
  breakable(l, { to: after, words }, () => {
    l.within(`switch (${l.textOf(node.discriminant)})`, () => {
      for (const [index, { consequent }] of node.cases.entries()) {
        l.begin(bodies[index] as Block);
        statements(l, consequent);
      }
    });
  });
  l.begin(after);
}
