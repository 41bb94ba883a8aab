/** `yield` without its star in a coroutine: the awaitable is given to the run as it is, and refused there. */
import type { Rule } from 'eslint';
import { awaitableKind } from '../awaitable-calls.ts';
import { functionAround } from '../syntax.ts';
import { workflowCode } from '../workflow-code.ts';

export const noPlainYield: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Require `yield*` where a coroutine waits, in place of `yield`.' },
    fixable: 'code',
    hasSuggestions: true,
    schema: [],
    messages: {
      plain: 'A coroutine waits with `yield*`: `yield` alone hands the value to the run, which refuses it.',
      addStar: 'Write `yield*`.',
    },
  },

  create(context) {
    const { sourceCode } = context;
    const code = workflowCode(sourceCode);
    return {
      YieldExpression(node) {
        if (node.delegate || !code.isCoroutine(functionAround(node))) return;
        const keyword = sourceCode.getFirstToken(node);
        if (!keyword) return;
        const fix = (fixer: Rule.RuleFixer): Rule.Fix => fixer.insertTextAfter(keyword, '*');
        const isAwaitable = node.argument && awaitableKind(sourceCode, node.argument) !== undefined;
        if (isAwaitable) context.report({ node, messageId: 'plain', fix });
        else
          context.report({ node, messageId: 'plain', suggest: node.argument ? [{ messageId: 'addStar', fix }] : [] });
      },
    };
  },
};
