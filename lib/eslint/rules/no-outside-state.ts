/** Workflow code that changes a variable of its module: all runs of a worker share it, and a replay changes it again. */
import type { Rule } from 'eslint';
import { functionAround, type Node, type NodeOf, unwrap, variableOf } from '../syntax.ts';
import { workflowCode } from '../workflow-code.ts';

export const noOutsideState: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Disallow that workflow code changes a variable of its module.' },
    schema: [],
    messages: {
      changed:
        'Workflow code changes `{{name}}`, a variable of the module: all runs of a worker share it, each replay changes it ' +
        'again, and another worker has another one. Keep it within the workflow, or in a table, by a step.',
    },
  },

  create(context) {
    const { sourceCode } = context;
    const code = workflowCode(sourceCode);

    const check = (target: Node): void => {
      const id = rootOf(target);
      if (id?.type !== 'Identifier' || !code.isReplayed(functionAround(id))) return;
      const variable = variableOf(sourceCode, id);
      const [definition] = variable?.defs ?? [];
      if (!variable || definition?.type !== 'Variable') return;
      if (variable.scope.type !== 'module' && variable.scope.type !== 'global') return;
      context.report({ node: id, messageId: 'changed', data: { name: id.name } });
    };

    return {
      AssignmentExpression: ({ left }) => check(left),
      UpdateExpression: ({ argument }) => check(argument),
    };
  },
};

function rootOf(target: Node): NodeOf<'Identifier'> | undefined {
  let node = unwrap(target);
  while (node.type === 'MemberExpression') node = unwrap(node.object);
  return node.type === 'Identifier' ? node : undefined;
}
