/**
 * Expressions with a `yield` in them: what is evaluated before it is kept, then the block ends, and the rest goes on in
 * another one. What is returned has no `yield` any more; it is to be evaluated next, and once.
 */
import * as t from '@babel/types';
import type { Expression, Node } from '@babel/types';
import { array, callOf, located, member, set, statement, undef } from '../build.ts';
import { lowerChain } from './chain.ts';
import { again, reference, sequence, type Item } from './parts.ts';
import type { Lowering } from './lowering.ts';
import { assignPattern } from './pattern.ts';

export function expression(l: Lowering, node: Expression): Expression {
  if (!l.yields.in(node)) return node;
  switch (node.type) {
    case 'YieldExpression':
      return node.delegate ? delegated(l, node) : yielded(l, node);
    case 'BinaryExpression': {
      const [left, right] = sequence(l, [node.left as Expression, node.right]);
      return located(t.binaryExpression(node.operator, left as Expression, right as Expression), node);
    }
    case 'LogicalExpression':
      return logical(l, node);
    case 'ConditionalExpression':
      return conditional(l, node);
    case 'AssignmentExpression':
      return assignment(l, node);
    case 'UpdateExpression':
      return update(l, node);
    case 'UnaryExpression':
      return unary(l, node);
    case 'SequenceExpression': {
      for (const item of node.expressions.slice(0, -1)) l.emit(statement(expression(l, item)));
      return expression(l, node.expressions.at(-1) as Expression);
    }
    case 'CallExpression':
      return node.callee.type === 'Import' ? dynamicImport(l, node) : lowerChain(l, node);
    case 'MemberExpression':
    case 'OptionalMemberExpression':
    case 'OptionalCallExpression':
      return lowerChain(l, node);
    case 'NewExpression': {
      const [callee, ...args] = sequence(l, [node.callee, ...(node.arguments as Item[])]);
      return located(t.newExpression(callee as Expression, args as Expression[]), node);
    }
    case 'ArrayExpression':
      return located(array(sequence(l, node.elements)), node);
    case 'ObjectExpression':
      return objectLiteral(l, node);
    case 'TemplateLiteral':
      return located(t.templateLiteral(node.quasis, texts(l, node.expressions as Expression[])), node);
    case 'TaggedTemplateExpression':
      return tagged(l, node);
    case 'ImportExpression':
    case 'ParenthesizedExpression':
    default:
      throw new Error(`a yield in ${node.type} is not known to the compiler`);
  }
}

/** `import` is no value that could be kept while its arguments are evaluated. */
function dynamicImport(l: Lowering, node: t.CallExpression): Expression {
  const args = sequence(l, node.arguments as Item[]);
  return located(t.callExpression(node.callee, args as Expression[]), node);
}

function yielded(l: Lowering, node: t.YieldExpression): Expression {
  const value = node.argument ? expression(l, node.argument) : undefined;
  const then = l.block();
  l.end({ kind: 'yield', value, then, point: l.point(node) });
  l.begin(then);
  return l.keepSent(t.identifier(l.machine.sent), node);
}

function delegated(l: Lowering, node: t.YieldExpression): Expression {
  const value = expression(l, node.argument as Expression);
  const frame = t.identifier(l.machine.frame);
  l.emit(statement(located(callOf(l.runtime('delegate'), frame, value), node)));
  l.emit(statement(set(t.identifier(l.machine.sent), undef())));
  const waiting = l.block();
  const then = l.block();
  l.begin(waiting);
  l.end({ kind: 'delegate', then, point: l.point(node) });
  l.begin(then);
  return l.keepSent(member(frame, '#v'), node);
}

function logical(l: Lowering, node: t.LogicalExpression): Expression {
  const left = expression(l, node.left);
  if (!l.yields.in(node.right)) return located(t.logicalExpression(node.operator, left, node.right), node);
  const result = l.fresh();
  l.assign(result, left);
  const [more, after] = [l.block(), l.block()];
  branchOn(l, node.operator, l.read(result), more, after);
  l.begin(more);
  l.assign(result, expression(l, node.right));
  l.begin(after);
  return l.read(result);
}

/** To `more` if the right side of the operator counts. */
function branchOn(
  l: Lowering,
  operator: t.LogicalExpression['operator'],
  left: Expression,
  more: Lowering['current'],
  after: Lowering['current'],
): void {
  if (operator === '&&') l.branch(left, more, after);
  else if (operator === '||') l.branch(left, after, more);
  else l.branch(t.binaryExpression('==', left, t.nullLiteral()), more, after);
}

function conditional(l: Lowering, node: t.ConditionalExpression): Expression {
  const test = expression(l, node.test);
  if (!l.yields.in(node.consequent) && !l.yields.in(node.alternate)) {
    return located(t.conditionalExpression(test, node.consequent, node.alternate), node);
  }
  const result = l.fresh();
  const [yes, no, after] = [l.block(), l.block(), l.block()];
  l.branch(test, yes, no);
  l.begin(yes);
  l.assign(result, expression(l, node.consequent));
  l.goto(after);
  l.begin(no);
  l.assign(result, expression(l, node.alternate));
  l.begin(after);
  return l.read(result);
}

function assignment(l: Lowering, node: t.AssignmentExpression): Expression {
  const { left, operator } = node;
  if (t.isPattern(left)) {
    const value = expression(l, node.right);
    if (!l.yields.in(left)) return located(t.assignmentExpression('=', left, value), node);
    const kept = l.keep(value);
    assignPattern(l, left, kept, 'assign');
    return again(l, kept);
  }
  const target = reference(l, left as Expression, operator !== '=' || l.yields.in(node.right));
  if (operator === '=') {
    return located(t.assignmentExpression('=', target.write(), expression(l, node.right)), node);
  }
  const logicalOperator = operator.slice(0, -1) as t.LogicalExpression['operator'];
  if (['&&', '||', '??'].includes(logicalOperator)) {
    const result = l.fresh();
    l.assign(result, target.read());
    const [more, after] = [l.block(), l.block()];
    branchOn(l, logicalOperator, l.read(result), more, after);
    l.begin(more);
    l.assign(result, t.assignmentExpression('=', target.write(), expression(l, node.right)));
    l.begin(after);
    return l.read(result);
  }
  const before = l.yields.in(node.right) ? l.keep(target.read()) : target.read();
  const right = expression(l, node.right);
  const value = t.binaryExpression(operator.slice(0, -1) as t.BinaryExpression['operator'], before, right);
  return located(t.assignmentExpression('=', target.write(), located(value, node)), node);
}

function update(l: Lowering, node: t.UpdateExpression): Expression {
  const target = reference(l, node.argument, false);
  return located(t.updateExpression(node.operator, target.write(), node.prefix), node);
}

function unary(l: Lowering, node: t.UnaryExpression): Expression {
  const inner =
    node.operator === 'delete' && node.argument.type === 'MemberExpression'
      ? reference(l, node.argument, false).read()
      : expression(l, node.argument);
  return located(t.unaryExpression(node.operator, inner, node.prefix), node);
}

/** A text is made of each value at its turn, before the next one is evaluated. */
function texts(l: Lowering, values: readonly Expression[]): Expression[] {
  const last = values.findLastIndex((value) => l.yields.in(value));
  const empty = (): t.TemplateElement => t.templateElement({ raw: '', cooked: '' });
  return values.map((value, index) => {
    const lowered = expression(l, value);
    return index < last ? l.keep(t.templateLiteral([empty(), empty()], [lowered])) : lowered;
  });
}

function tagged(l: Lowering, node: t.TaggedTemplateExpression): Expression {
  const values = node.quasi.expressions as Expression[];
  const isMethod = node.tag.type === 'MemberExpression';
  const tag = isMethod ? boundMethod(l, node.tag as t.MemberExpression) : l.keep(expression(l, node.tag));
  const kept = isMethod ? l.keep(tag) : tag;
  const quasi = t.templateLiteral(node.quasi.quasis, sequence(l, values) as Expression[]);
  return located(t.taggedTemplateExpression(kept, quasi), node);
}

function boundMethod(l: Lowering, node: t.MemberExpression): Expression {
  const { object } = node;
  const receiver = l.keep(expression(l, object));
  const key = node.computed ? expression(l, node.property as Expression) : node.property;
  const method = l.keep(located(t.memberExpression(receiver, key, node.computed), node));
  return callOf(member(method, 'bind'), again(l, receiver));
}

function objectLiteral(l: Lowering, node: t.ObjectExpression): Expression {
  const last = node.properties.findLastIndex((property) => l.yields.in(property));
  const before = node.properties.slice(0, last);
  const [at, ...after] = node.properties.slice(last);
  const result = l.keep(
    t.objectExpression(before.filter((property) => !l.yields.in(property)).length === before.length ? before : []),
  );
  const rest: t.ObjectExpression['properties'] = [];
  const isOneByOne = before.some((property) => l.yields.in(property));
  for (const property of [...(isOneByOne ? before : []), at as t.ObjectProperty]) {
    if (!l.yields.in(property)) {
      rest.push(property);
      continue;
    }
    flush(l, result, rest);
    addProperty(l, result, property);
  }
  flush(l, result, [...rest, ...after]);
  return again(l, result);
}

function flush(l: Lowering, result: Expression, properties: t.ObjectExpression['properties']): void {
  if (properties.length > 0) {
    l.emit(statement(callOf(l.runtime('extend'), again(l, result), t.objectExpression([...properties]))));
  }
  properties.length = 0;
}

function addProperty(l: Lowering, result: Expression, property: t.ObjectExpression['properties'][number]): void {
  const extend = (one: t.ObjectExpression['properties'][number]): void =>
    l.emit(statement(callOf(l.runtime('extend'), again(l, result), t.objectExpression([one]))));
  if (property.type === 'SpreadElement') {
    extend(t.spreadElement(expression(l, property.argument)));
    return;
  }
  const isKept = property.type === 'ObjectProperty' && l.yields.in(property.value);
  let key: Node = property.key;
  if (property.computed) {
    const evaluated = expression(l, property.key as Expression);
    key = isKept ? l.keep(callOf(l.runtime('propertyKey'), evaluated)) : evaluated;
  }
  if (property.type === 'ObjectMethod') {
    property.key = key as Expression;
    extend(property);
    return;
  }
  const value = expression(l, property.value as Expression);
  extend(located(t.objectProperty(key as Expression, value, property.computed), property));
}
