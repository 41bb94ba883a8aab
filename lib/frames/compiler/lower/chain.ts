/** Calls and member accesses with a `yield` in them, also behind `?.`. */
import * as t from '@babel/types';
import type { Expression } from '@babel/types';
import { array, callOf, located, str, undef } from '../build.ts';
import { again, sequence } from './parts.ts';
import type { Lowering } from './lowering.ts';
import type { Block } from '../states.ts';

type Link = t.MemberExpression | t.OptionalMemberExpression | t.CallExpression | t.OptionalCallExpression;

/** Where the chain ends early, with undefined. Made when the first `?.` needs it. */
interface Exit {
  block?: Block;
}

export function lowerChain(l: Lowering, node: Link): Expression {
  const isOptional = node.type === 'OptionalMemberExpression' || node.type === 'OptionalCallExpression';
  if (!isOptional) return link(l, node, {});
  const exit: Exit = {};
  const result = l.fresh();
  l.assign(result, undef());
  const value = link(l, node, exit);
  l.assign(result, value);
  if (exit.block !== undefined) l.begin(exit.block);
  return l.read(result);
}

function link(l: Lowering, node: Expression, exit: Exit): Expression {
  switch (node.type) {
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      return memberLink(l, node, exit).value;
    case 'CallExpression':
    case 'OptionalCallExpression':
      return callLink(l, node, exit);
    default:
      return l.expression(node);
  }
}

function memberLink(
  l: Lowering,
  node: t.MemberExpression | t.OptionalMemberExpression,
  exit: Exit,
): { readonly value: Expression; readonly receiver: Expression } {
  const isInChain = node.type === 'OptionalMemberExpression';
  const inner = isInChain ? link(l, node.object, exit) : l.expression(node.object);
  const receiver = isInChain && node.optional ? leaveIfNullish(l, inner, exit) : l.keep(inner);
  const key = node.computed ? l.expression(node.property as Expression) : node.property;
  return { value: located(t.memberExpression(again(l, receiver), key, node.computed), node), receiver };
}

function callLink(l: Lowering, node: t.CallExpression | t.OptionalCallExpression, exit: Exit): Expression {
  const { callee } = node;
  const isInChain = node.type === 'OptionalCallExpression';
  const isMethod = callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression';
  const args = node.arguments as (Expression | t.SpreadElement)[];
  const isModuleFunction = callee.type === 'Identifier' && l.names.variableOf.get(callee)?.isModuleLevel !== false;
  if (isModuleFunction && !isInChain) {
    return located(t.callExpression(callee, sequence(l, args) as Expression[]), node);
  }
  if (!isMethod) {
    let called = isInChain ? link(l, callee as Expression, exit) : l.expression(callee as Expression);
    if (isInChain && node.optional) {
      called = leaveIfNullish(l, called, exit);
    } else if (args.some((argument) => l.yields.in(argument))) {
      called = l.keep(called);
    }
    return located(t.callExpression(called, sequence(l, args) as Expression[]), node);
  }
  const { value, receiver } = memberLink(l, callee, exit);
  const method = isInChain && node.optional ? leaveIfNullish(l, value, exit) : l.keep(value);
  const items = sequence(l, args) as Expression[];
  return located(callOf(l.runtime('call'), method, again(l, receiver), array(items), str(l.textOf(callee))), node);
}

/** Ends the chain if there is nothing; else the value, kept. */
function leaveIfNullish(l: Lowering, value: Expression, exit: Exit): Expression {
  const kept = l.keep(value);
  exit.block ??= l.block();
  const more = l.block();
  l.branch(t.binaryExpression('==', again(l, kept), t.nullLiteral()), exit.block, more);
  l.begin(more);
  return again(l, kept);
}
