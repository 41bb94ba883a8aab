/** Functions as closures: what makes them is at the top level of the module, and is given what they capture. */
import * as t from '@babel/types';
import type { Expression, Node, Statement } from '@babel/types';
import {
  array,
  block,
  callOf,
  constant,
  id,
  located,
  member,
  object,
  set,
  statement,
  str,
  undef,
  named,
} from './build.ts';
import { machineFor } from './generators.ts';
import { privateNameOf } from './lower-privates.ts';
import { targetPattern } from './rewrite-declarations.ts';
import { rewritePattern } from './rewrite-pattern.ts';
import type { Rewriter } from './rewriter.ts';
import type { Unit, Variable } from './variables.ts';

export type FunctionNode = t.FunctionDeclaration | t.FunctionExpression | t.ArrowFunctionExpression | t.ObjectMethod;

/** An expression for the function: made once, if its module makes it once, else from what it captures. */
export function functionExpression(r: Rewriter, node: FunctionNode, unit: Unit): Expression {
  const captured = [...unit.captures];
  const given = captured.map((variable) => r.place(variable));
  const fullId = str(`${r.moduleId}#${unit.path}`);
  const isOnce = r.unit === undefined && !r.isInLoop && captured.length === 0;
  const made = unit.slots === undefined ? plain(r, node, unit) : generator(r, node, unit);
  if (isOnce) return located(callOf(r.runtime('single'), fullId, made), node);
  const name = r.newName('k');
  const names = captured.map((variable) => str(variable.name + (variable.isBoxed ? '*' : '')));
  const parameters = captured.map((variable) => id(r.capturedName(variable)));
  const make = t.arrowFunctionExpression(parameters, made);
  r.output.hoisted.push(constant(name, callOf(r.runtime('closure'), fullId, array(names), make)));
  return located(callOf(id(name), ...given), node);
}

/** The same function, with its code rewritten, where it is. */
export function functionInPlace(r: Rewriter, node: FunctionNode, unit: Unit): Node {
  if (unit.slots === undefined || node.type !== 'FunctionDeclaration') {
    rewriteInside(r, node, unit);
    return node;
  }
  const name = (node.id as t.Identifier).name;
  const definition = machineFor(r, unit);
  const { params, frame, before, length } = frameOf(r, node, unit, id(name));
  node.params = params as t.FunctionDeclaration['params'];
  node.generator = false;
  const isNew = t.metaProperty(id('new'), id('target'));
  const begin = callOf(r.runtime('start'), id(definition), id(name), frame);
  node.body = block([
    t.ifStatement(isNew, statement(callOf(r.runtime('notConstructor'), str(name)))),
    ...before,
    located(t.returnStatement(begin), node),
  ]);
  r.output.marks.push(statement(callOf(r.runtime('generatorFunction'), id(name), ...length)));
  return node;
}

/** A method stays in its class; a generator among them begins a machine. */
export function methodInClass(r: Rewriter, node: t.ClassMethod | t.ClassPrivateMethod, unit: Unit): Node | Statement[] {
  if (node.computed === true) node.key = r.expression(node.key as Expression);
  if (unit.slots === undefined) {
    rewriteInside(r, node as unknown as FunctionNode, unit);
    return node;
  }
  const definition = machineFor(r, unit);
  const { params, frame, before } = frameOf(r, node as unknown as FunctionNode, unit, undef());
  node.params = params as t.ClassMethod['params'];
  node.generator = false;
  const begin = callOf(r.runtime('start'), id(definition), member(id(definition), 'own'), frame);
  node.body = block([...before, located(t.returnStatement(begin), node)]);
  const key = methodKey(node);
  if (key === undefined) return node;
  const isOnce = r.unit?.parent === undefined;
  const holder = node.static ? t.thisExpression() : member(t.thisExpression(), 'prototype');
  const given = [holder, key, ...(isOnce ? [id(definition)] : [])];
  const mark = t.staticBlock([statement(callOf(r.runtime('generatorMethod'), ...given))]);
  return [mark as unknown as Statement, node as unknown as Statement];
}

/** The key of a method, if it is the same each time it is evaluated. */
function methodKey(node: t.ClassMethod | t.ClassPrivateMethod): Expression | undefined {
  const { key } = node;
  if (key.type === 'PrivateName') return undefined;
  if (node.computed === true) {
    const isWellKnown =
      key.type === 'MemberExpression' && key.object.type === 'Identifier' && key.object.name === 'Symbol';
    return isWellKnown || privateNameOf(key) !== undefined ? t.cloneNode(key) : undefined;
  }
  if (key.type === 'Identifier') return str(key.name);
  return key.type === 'StringLiteral' || key.type === 'NumericLiteral' ? t.cloneNode(key) : undefined;
}

function plain(r: Rewriter, node: FunctionNode, unit: Unit): Expression {
  if (node.type === 'ObjectMethod') {
    const isAccessor = node.kind !== 'method';
    rewriteInside(r, node, unit);
    const key = node.computed ? str('') : node.key;
    const holder = t.objectExpression([located({ ...node, key, computed: false }, node)]);
    if (isAccessor) return callOf(r.runtime('accessorOf'), holder);
    return t.memberExpression(holder, keyText(key), true);
  }
  rewriteInside(r, node, unit);
  const hasName = node.type !== 'ArrowFunctionExpression' && node.id !== null && node.id !== undefined;
  const value = node.type === 'FunctionDeclaration' ? (t.toExpression(node) as Expression) : node;
  return named(value, unit.name, hasName);
}

function keyText(key: Node): Expression {
  return key.type === 'Identifier' ? str(key.name) : t.cloneNode(key as Expression);
}

/** `const self = generatorFunction({ name(...) { return start(...) } }.name)`, as one expression. */
function generator(r: Rewriter, node: FunctionNode, unit: Unit): Expression {
  const definition = machineFor(r, unit);
  const self = id(`${r.prefix}self`);
  const { params, frame, before, length } = frameOf(r, node, unit, self);
  const begin = block([
    ...before,
    located(t.returnStatement(callOf(r.runtime('start'), id(definition), self, frame)), node),
  ]);
  const method = t.objectMethod('method', str(unit.name), params as t.ObjectMethod['params'], begin);
  const made = t.memberExpression(t.objectExpression([located(method, node)]), str(unit.name), true);
  const declared = constant(self.name, callOf(r.runtime('generatorFunction'), made, ...length));
  return callOf(t.arrowFunctionExpression([], block([declared, t.returnStatement(self)])));
}

interface Begun {
  /** The parameters, which the function has as before. */
  readonly params: readonly Node[];
  readonly before: readonly Statement[];
  /** The frame that a call begins with. */
  readonly frame: Expression;
  /** The function's length, if its parameters do not say so any more. */
  readonly length: readonly Expression[];
}

function frameOf(r: Rewriter, node: FunctionNode, unit: Unit, self: Expression): Begun {
  const slots = unit.slots as ReadonlyMap<Variable, string>;
  return r.within(unit, () => {
    r.isBeforeFrame = true;
    r.self = self;
    const isEarly = sharesParameters(r, node);
    const length = isEarly ? [t.numericLiteral(lengthOf(node.params))] : [];
    const before = isEarly ? spread(r, node) : [];
    const params = isEarly ? node.params : rawParameters(r, node.params);
    const values = [...slots].map(([variable, slot]): [string, Expression] => [
      slot,
      isEarly && variable.kind === 'param' && variable.home === unit
        ? id(variable.name)
        : initial(r, variable, unit, self),
    ]);
    const head: [string, Expression][] = [
      ['#pc', t.numericLiteral(0)],
      ...['#d', '#n', '#v'].map((name): [string, Expression] => [name, undef()]),
    ];
    const temporaries = (r.temporaries.get(unit) ?? []).map((name): [string, Expression] => [name, undef()]);
    const byName = new Map([...head, ...values.reverse(), ...temporaries]);
    return { params, before, frame: object([...byName]), length };
  });
}

/** Parameters keep their names here; what is in a box is put there when the frame is made. */
function rawParameters(r: Rewriter, params: readonly Node[]): Node[] {
  r.hasRawParameters = true;
  const rewritten = params.map((param) => rewritePattern(r, param, (name) => name));
  r.hasRawParameters = false;
  return rewritten;
}

function initial(r: Rewriter, variable: Variable, unit: Unit, self: Expression): Expression {
  const { kind, home, isBoxed, name } = variable;
  if (home !== unit) return id(r.capturedName(variable));
  switch (kind) {
    case 'param':
      return isBoxed ? r.newBox(id(name)) : id(name);
    case 'var':
      return isBoxed ? r.newBox(undef()) : undef();
    case 'this':
      return t.thisExpression();
    case 'arguments':
      return id('arguments');
    case 'own-name':
      return isBoxed ? r.newBox(self) : self;
    default:
      return undef();
  }
}

/** Parameters and body of a function that stays one. */
function rewriteInside(r: Rewriter, node: FunctionNode, unit: Unit): void {
  r.within(unit, () => {
    const shared = r.names.declaredIn.get(node)?.filter(({ kind, isBoxed }) => kind === 'param' && isBoxed) ?? [];
    const isEarly = sharesParameters(r, node);
    const prelude = isEarly ? spread(r, node) : shared.map(({ name }) => statement(set(id(name), r.newBox(id(name)))));
    if (!isEarly) node.params = rawParameters(r, node.params) as typeof node.params;
    if (node.body.type !== 'BlockStatement') {
      const value = r.expression(node.body);
      node.body = prelude.length === 0 ? value : block([...prelude, t.returnStatement(value)]);
      if (prelude.length > 0 && node.type === 'ArrowFunctionExpression') node.expression = false;
      return;
    }
    const { directives } = node.body;
    node.body = { ...block([...prelude, ...r.statements(node.body.body, node)]), directives };
  });
}

/** Whether a function among the parameters shares one of them that changes. */
function sharesParameters(r: Rewriter, node: FunctionNode): boolean {
  const shared = r.names.declaredIn.get(node)?.filter(({ kind, isBoxed }) => kind === 'param' && isBoxed) ?? [];
  const bodyStart = node.body.start ?? 0;
  return shared.some(({ capturedBy }) => [...capturedBy].some((one) => (one.node.start ?? 0) < bodyStart));
}

function lengthOf(params: readonly Node[]): number {
  const optional = params.findIndex(({ type }) => type === 'AssignmentPattern' || type === 'RestElement');
  return optional === -1 ? params.length : optional;
}

/** Where a function among the parameters shares one of them: all are taken from a list, into boxes. */
function spread(r: Rewriter, node: FunctionNode): Statement[] {
  const list = id(r.newName('p'));
  const variables = (r.names.declaredIn.get(node) ?? []).filter(({ kind }) => kind === 'param');
  const declared = variables.map(({ name, isBoxed }) =>
    t.variableDeclarator(id(name), isBoxed ? r.newBox(undef()) : undefined),
  );
  const taken = targetPattern(r, t.arrayPattern(node.params)) as t.ArrayPattern;
  node.params = [t.restElement(list)];
  return [t.variableDeclaration('let', declared), statement(t.assignmentExpression('=', taken, list))];
}
