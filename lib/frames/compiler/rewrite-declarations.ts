/** Declarations of and assignments to variables that are in a frame or in a box. */
import * as t from '@babel/types';
import type { Expression, Node, Statement } from '@babel/types';
import { callOf, id, located, member, set, statement, undef } from './build.ts';
import { rewritePattern } from './rewrite-pattern.ts';
import type { Rewriter } from './rewriter.ts';
import { replaceChildren } from './tree.ts';
import type { Variable } from './variables.ts';

export function declaration(r: Rewriter, node: t.VariableDeclaration): Node | Statement[] {
  const { names } = r;
  const isRenewal = names.renewals.has(node);
  const isMoved = node.declarations.some(({ id: pattern }) => variablesIn(r, pattern).some((one) => r.isMoved(one)));
  if (!isMoved) {
    replaceChildren(node, (child) => declarator(r, child as t.VariableDeclarator));
    return node;
  }
  const isInFrame = node.declarations.every(({ id: pattern }) =>
    variablesIn(r, pattern).every((one) => r.isInFrame(one) || one.kind === 'temporary'),
  );
  if (isInFrame) {
    const parts = node.declarations.flatMap((one) => frameDeclaration(r, one, node.kind, isRenewal));
    return parts.map((part) => located(statement(part), node));
  }
  const declarators = node.declarations.flatMap((one) => boxDeclarators(r, one, node.kind));
  return declarators.length === 0 ? [] : located(t.variableDeclaration('let', declarators), node);
}

function declarator(r: Rewriter, node: t.VariableDeclarator): t.VariableDeclarator {
  replaceChildren(node, (child, key) => (key === 'id' ? targetPattern(r, child) : r.node(child)));
  return node;
}

/** The parts of a declaration as assignments to the frame. */
function frameDeclaration(
  r: Rewriter,
  { id: pattern, init }: t.VariableDeclarator,
  kind: string,
  isRenewal: boolean,
): Expression[] {
  const variable = r.names.variableOf.get(pattern);
  if (variable === undefined) {
    const makers = kind === 'var' ? [] : variablesIn(r, pattern).filter((one) => one.isBoxed && !one.isChecked);
    const boxes = makers.map((one) => set(r.place(one) as t.MemberExpression, r.newBox(undef())));
    const value = init ? r.expression(init) : undef();
    return [
      ...boxes,
      located(t.assignmentExpression('=', targetPattern(r, pattern) as t.ArrayPattern, value), pattern),
    ];
  }
  if (!init && kind === 'var') return [];
  const value = init ? r.expression(init) : undef();
  const makesBox = variable.isBoxed && (isRenewal || (kind !== 'var' && !variable.isChecked));
  if (makesBox) return [set(r.place(variable) as t.MemberExpression, r.newBox(value))];
  return [set(r.target(variable, pattern), value)];
}

function boxDeclarators(
  r: Rewriter,
  { id: pattern, init }: t.VariableDeclarator,
  kind: string,
): t.VariableDeclarator[] {
  const variable = r.names.variableOf.get(pattern);
  const value = init ? r.expression(init) : undefined;
  const dummy = (effect: Expression): t.VariableDeclarator => t.variableDeclarator(id(r.newName('d')), effect);
  if (variable !== undefined) {
    if (!variable.isBoxed) return [t.variableDeclarator(id(variable.name), value)];
    if (variable.isChecked || kind === 'var') {
      return value === undefined && kind === 'var' ? [] : [dummy(set(r.target(variable), value ?? undef()))];
    }
    return [t.variableDeclarator(id(variable.name), r.newBox(value ?? undef()))];
  }
  const names = variablesIn(r, pattern).filter((one) => !(one.isBoxed && one.isChecked) && kind !== 'var');
  const before = names.map((one) => t.variableDeclarator(id(one.name), one.isBoxed ? r.newBox(undef()) : undefined));
  return [...before, dummy(t.assignmentExpression('=', targetPattern(r, pattern) as t.ArrayPattern, value ?? undef()))];
}

export function variablesIn(r: Rewriter, pattern: Node): Variable[] {
  const found = t.getBindingIdentifiers(pattern, true);
  return Object.values(found).flatMap((all) => all.flatMap((one) => r.names.variableOf.get(one) ?? []));
}

/** A pattern as a target: names become places, everything else is evaluated as it was. */
export function targetPattern(r: Rewriter, node: Node): Node {
  return rewritePattern(r, node, (place) => targetPlace(r, place));
}

function targetPlace(r: Rewriter, node: Node): Node {
  const variable = r.names.variableOf.get(node);
  if (variable === undefined) return node.type === 'TSParameterProperty' ? node : (r.node(node) as Node);
  if (!r.isGuarded(variable)) return node;
  return isConstant(variable) && !isDeclaring(r, node, variable)
    ? member(callOf(r.runtime('constantAssigned')), 'v')
    : r.target(variable, node);
}

/** Whether r name is the one that declares the variable. */
function isDeclaring(r: Rewriter, node: Node, variable: Variable): boolean {
  const at = node.start ?? -1;
  return !variable.uses.some((use) => use.at === at);
}

export function assignment(r: Rewriter, node: t.AssignmentExpression): Node {
  const { left } = node;
  const variable = r.names.variableOf.get(left);
  if (variable === undefined || !r.isGuarded(variable)) {
    node.right = r.expression(node.right);
    node.left =
      t.isPattern(left) || left.type === 'Identifier' ? (targetPattern(r, left) as t.LVal) : (r.node(left) as t.LVal);
    return node;
  }
  const right = r.expression(node.right);
  if (!isConstant(variable)) {
    node.right = right;
    node.left = r.target(variable, left);
    return node;
  }
  const refused = callOf(r.runtime('constantAssigned'), right);
  const operator = node.operator.slice(0, -1);
  if (operator === '&&' || operator === '||' || operator === '??') {
    return t.logicalExpression(operator, r.read(variable), refused);
  }
  return operator === '' ? refused : callOf(r.runtime('constantAssigned'), right, r.read(variable));
}

export function update(r: Rewriter, node: t.UpdateExpression): Node {
  const variable = r.names.variableOf.get(node.argument);
  if (variable === undefined || !r.isGuarded(variable)) {
    replaceChildren(node, r.child);
    return node;
  }
  if (isConstant(variable)) return callOf(r.runtime('constantAssigned'), r.read(variable));
  node.argument = r.target(variable, node.argument) as t.MemberExpression;
  return node;
}

export function isConstant({ kind }: Variable): boolean {
  return kind === 'const' || kind === 'own-name';
}
