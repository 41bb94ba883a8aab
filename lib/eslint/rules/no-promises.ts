/** Promises in workflow code: what they give comes at a time that is not recorded, so a replay would go another way. */
import type { Rule, SourceCode } from 'eslint';
import { lullName } from '../imported-name.ts';
import {
  functionAround,
  type FunctionNode,
  isCall,
  isFunction,
  type Node,
  parentOf,
  propertyName,
  standsFor,
  unwrap,
  variableOf,
  wrapped,
} from '../syntax.ts';
import { workflowCode } from '../workflow-code.ts';

/** Functions of lull that take a coroutine function, and no async one. */
const TAKES_COROUTINE = new Set(['retry', 'saga', 'taskGroup', 'timeout', 'workflow']);
const STATICS = new Set(['all', 'allSettled', 'any', 'race', 'reject', 'resolve', 'try', 'withResolvers']);

export const noPromises: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Disallow `async`, `await` and promises in workflow code outside of steps.' },
    schema: [],
    messages: {
      asyncCode:
        'The code of `{{name}}` is a coroutine: write `function*` and `yield*` in place of `async` and `await`, and put ' +
        'what needs a promise in the body of a step.',
      asyncFunction:
        'An async function is called in workflow code, outside of a step: a replay cannot know when its promise is ' +
        'settled. Put it in the body of a step.',
      promise:
        '`{{what}}` in workflow code: a replay cannot know when a promise is settled. Put it in the body of a step, or ' +
        'use `{{instead}}`.',
    },
  },

  create(context) {
    const { sourceCode } = context;
    const code = workflowCode(sourceCode);
    const isReplayed = (node: Node): boolean => {
      const around = functionAround(node);
      return code.isReplayed(around) && around?.async !== true;
    };
    const isPromiseClass = (node: Node): boolean =>
      node.type === 'Identifier' && node.name === 'Promise' && (variableOf(sourceCode, node)?.defs.length ?? 0) === 0;

    const checkCode = (call: Node): void => {
      if (!isCall(call)) return;
      const name = lullName(sourceCode, call.callee);
      if (name === undefined || !TAKES_COROUTINE.has(name)) return;
      for (const argument of call.arguments) {
        if (!asyncFunctionOf(sourceCode, argument)) continue;
        context.report({ node: argument, messageId: 'asyncCode', data: { name } });
      }
    };

    const checkCall = (call: Node & { type: 'CallExpression' | 'NewExpression' }): void => {
      if (!isReplayed(call)) return;
      const callee = unwrap(call.callee);
      if (asyncFunctionOf(sourceCode, callee)) context.report({ node: call, messageId: 'asyncFunction' });
      if (callee.type !== 'MemberExpression') return;
      const method = propertyName(callee) ?? '';
      const object = unwrap(callee.object);
      if (isPromiseClass(object) && STATICS.has(method)) {
        promise(call, `Promise.${method}`, method === 'race' || method === 'any' ? 'race' : 'gather');
      } else if (isThen(method, call.arguments)) {
        promise(call, `.${method}()`, method === 'then' ? 'yield*' : 'try');
      }
      // `gather(items.map(async ...))`
      for (const given of call.arguments.map(unwrap)) {
        if (isFunction(given) && given.async && code.isReplayed(given)) {
          context.report({ node: given, messageId: 'asyncFunction' });
        }
      }
    };

    const promise = (node: Node, what: string, instead: string): void => {
      context.report({ node, messageId: 'promise', data: { what, instead } });
    };

    return {
      CallExpression(node) {
        checkCode(node);
        checkCall(node);
      },
      NewExpression(node) {
        if (isPromiseClass(node.callee) && isReplayed(node)) promise(node, 'new Promise', 'new Future');
      },
      ForOfStatement(node) {
        if (node.await && isReplayed(node)) promise(node, 'for await', 'for (... of asCompleted(...))');
      },
      AwaitExpression(node) {
        const around = functionAround(node);
        if (!around?.generator || !code.isReplayed(around) || isGivenToLull(sourceCode, around)) return;
        promise(node, 'await', 'yield*');
      },
    };
  },
};

/** A method of promises, as it is called on them: other things have a `then` too, without a function. */
function isThen(method: string, given: readonly Node[]): boolean {
  if (method !== 'then' && method !== 'catch' && method !== 'finally') return false;
  const [first] = given;
  return first !== undefined && (isFunction(unwrap(first)) || first.type === 'Identifier');
}

function asyncFunctionOf(sourceCode: SourceCode, node: Node): FunctionNode | undefined {
  const value = standsFor(sourceCode, node);
  return isFunction(value) && value.async ? value : undefined;
}

/** Then the whole function is reported. */
function isGivenToLull(sourceCode: SourceCode, given: FunctionNode): boolean {
  const call = parentOf(wrapped(given));
  return isCall(call) && TAKES_COROUTINE.has(lullName(sourceCode, call.callee) ?? '');
}
