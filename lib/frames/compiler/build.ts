/** Short names for making trees. */
import * as t from '@babel/types';
import type { Expression, Node, Statement } from '@babel/types';

export const id = (name: string): t.Identifier => t.identifier(name);
export const num = (value: number): Expression =>
  value < 0 ? t.unaryExpression('-', t.numericLiteral(-value)) : t.numericLiteral(value);
export const str = (value: string): t.StringLiteral => t.stringLiteral(value);
export const undef = (): Expression => t.unaryExpression('void', t.numericLiteral(0));
export const array = (items: readonly (Expression | t.SpreadElement | null)[]): t.ArrayExpression =>
  t.arrayExpression([...items]);
export const callOf = (callee: Expression, ...args: (Expression | t.SpreadElement)[]): t.CallExpression =>
  t.callExpression(callee, args);
export const statement = (expression: Expression): t.ExpressionStatement =>
  located(t.expressionStatement(expression), expression);
export const set = (target: t.LVal, value: Expression): t.AssignmentExpression =>
  located(t.assignmentExpression('=', target as t.Identifier, value), value);
export const block = (statements: readonly Statement[]): t.BlockStatement => t.blockStatement([...statements]);
export const object = (entries: readonly (readonly [key: string, value: Expression])[]): t.ObjectExpression =>
  t.objectExpression(entries.map(([key, value]) => t.objectProperty(propertyName(key), value)));
export const constant = (name: string, value: Expression): t.VariableDeclaration =>
  t.variableDeclaration('const', [t.variableDeclarator(id(name), value)]);

/** `object.key`, or `object["key"]` where it has to be. */
export function member(of: Expression, key: string): t.MemberExpression {
  return isName(key) ? t.memberExpression(of, id(key)) : t.memberExpression(of, str(key), true);
}

function propertyName(key: string): t.Identifier | t.StringLiteral {
  return isName(key) && key !== '__proto__' ? id(key) : str(key);
}

function isName(key: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(key);
}

export function located<N extends Node>(node: N, like: Node | null | undefined): N {
  if (like?.loc) {
    node.loc = like.loc;
    node.start = like.start ?? null;
    node.end = like.end ?? null;
  }
  return node;
}

/** With the name that the language would have given it. */
export function named(value: Expression, name: string, hasName: boolean): Expression {
  if (hasName || name === '') return value;
  return t.memberExpression(t.objectExpression([t.objectProperty(str(name), value)]), str(name), true);
}
