/** A coroutine that is awaited twice: JavaScript answers the second `yield*` with undefined. */
import type { Rule, Scope } from 'eslint';
import { awaitableKind } from '../awaitable-calls.ts';
import { exclude } from '../exclusive-branches.ts';
import { lullName } from '../imported-name.ts';
import {
  contains,
  functionAround,
  isCall,
  isFunction,
  type Node,
  type NodeOf,
  parentOf,
  propertyName,
  unwrap,
  valueOf,
  wrapped,
} from '../syntax.ts';

const LOOPS = new Set(['DoWhileStatement', 'ForInStatement', 'ForOfStatement', 'ForStatement', 'WhileStatement']);

export const noRepeatedAwait: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Disallow that one coroutine is awaited more than once.' },
    schema: [],
    messages: {
      twice:
        '`{{name}}` is a coroutine and can be awaited once: here it has ended already, and `yield*` gives undefined. Call ' +
        'the function again, or make a task of it, `createTask({{call}})`, which can be awaited as often as you like.',
      loop:
        '`{{name}}` is a coroutine and can be awaited once, and this loop awaits it in each of its rounds: from the second ' +
        'on, `yield*` gives undefined. Call the function within the loop.',
    },
  },

  create(context) {
    const { sourceCode } = context;

    return {
      VariableDeclarator(node) {
        if (node.id.type !== 'Identifier' || !node.init) return;
        const [variable] = sourceCode.getDeclaredVariables(node);
        if (!variable || valueOf(variable) === undefined) return;
        if (awaitableKind(sourceCode, node.init) !== 'coroutine') return;
        check(variable, node);
      },
    };

    function check(variable: Scope.Variable, declarator: NodeOf<'VariableDeclarator'>): void {
      const data = { name: variable.name, call: sourceCode.getText(declarator.init ?? declarator) };
      const awaits = variable.references
        .map((reference) => reference.identifier as Node)
        .filter((id) => isAwaited(id) && functionAround(id) === functionAround(declarator));
      for (const [index, id] of awaits.entries()) {
        const isSecond = awaits.slice(0, index).some((before) => !exclude(before, id) && !isSameCall(before, id));
        if (isSecond) context.report({ node: id, messageId: 'twice', data });
        else if (isInLoop(id, declarator)) context.report({ node: id, messageId: 'loop', data });
      }
    }

    /** With `yield*`, or by a function of lull that begins what it is given: alone, or in an array or record. */
    function isAwaited(id: Node): boolean {
      let node = wrapped(id);
      for (let parent = parentOf(node); parent; node = parent, parent = parentOf(node)) {
        if (parent.type === 'YieldExpression') return parent.delegate;
        if (isCall(parent)) return parent.callee !== node && begins(parent.callee);
        if (parent.type !== 'ArrayExpression' && parent.type !== 'ObjectExpression' && parent.type !== 'Property') {
          return false;
        }
      }
      return false;
    }

    function begins(callee: Node): boolean {
      const inner = unwrap(callee);
      if (lullName(sourceCode, inner) !== undefined) return true;
      return inner.type === 'MemberExpression' && propertyName(inner) === 'createTask';
    }
  },
};

/** `gather([coroutine, coroutine])` awaits it once, and gives its result twice. */
function isSameCall(first: Node, second: Node): boolean {
  const callAround = (node: Node): Node | undefined => {
    let around = parentOf(node);
    while (around && !isCall(around) && !isFunction(around)) around = parentOf(around);
    return isCall(around) ? around : undefined;
  };
  const call = callAround(first);
  return call !== undefined && call === callAround(second);
}

/** In a loop that begins after the coroutine was made, and that may come around again. */
function isInLoop(id: Node, declarator: Node): boolean {
  for (let node = id, parent = parentOf(id); parent && !isFunction(parent); node = parent, parent = parentOf(parent)) {
    if (!LOOPS.has(parent.type) || contains(parent, declarator)) continue;
    const isRepeated = (parent as { body?: Node }).body === node || (parent as { test?: Node }).test === node;
    if (isRepeated && !leavesLoop(node, id)) return true;
  }
  return false;
}

/** Whether the statement that awaits is followed, in its block, by one that ends the loop. */
function leavesLoop(body: Node, id: Node): boolean {
  for (let node = id, parent = parentOf(id); parent && node !== body; node = parent, parent = parentOf(parent)) {
    if (node.type === 'ReturnStatement' || node.type === 'ThrowStatement') return true;
    if (parent.type !== 'BlockStatement') continue;
    const last = parent.body.at(-1)?.type;
    if (last === 'BreakStatement' || last === 'ReturnStatement' || last === 'ThrowStatement') return true;
  }
  return false;
}
