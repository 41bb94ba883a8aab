/**
 * A step's body that changes a variable of the workflow around it: a replay does not run the body, so the change is
 * missing after it.
 */
import type { Rule } from 'eslint';
import {
  contains,
  functionAround,
  type FunctionNode,
  isFunction,
  type Node,
  type NodeOf,
  propertyName,
  unwrap,
  valueOf,
  variableOf,
} from '../syntax.ts';
import { workflowCode } from '../workflow-code.ts';

const OF_ARRAYS = new Set(['copyWithin', 'fill', 'pop', 'push', 'reverse', 'shift', 'sort', 'splice', 'unshift']);
const OF_COLLECTIONS = new Set(['add', 'clear', 'delete', 'set']);

export const noMutationInSteps: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Disallow that the body of a step changes a variable of the workflow around it.' },
    schema: [],
    messages: {
      changed:
        'The body of a step changes `{{name}}`, which belongs to the workflow around it. A replay does not run the body, ' +
        'so the change is missing after it. Return the new value from the body: `{{name}} = yield* step(...)`.',
    },
  },

  create(context) {
    const { sourceCode } = context;
    const code = workflowCode(sourceCode);

    const check = (target: Node): void => {
      const inner = unwrap(target);
      if (inner.type === 'MemberExpression') check(inner.object);
      else if (inner.type === 'Identifier') checkVariable(inner);
      else for (const each of partsOf(inner)) check(each);
    };

    const checkVariable = (id: NodeOf<'Identifier'>): void => {
      const body = stepBodyAround(id);
      const owner = body && ownerOf(id);
      if (!body || !owner || !contains(owner, body) || !isReplayedOutside(owner)) return;
      context.report({ node: id, messageId: 'changed', data: { name: id.name } });
    };

    const stepBodyAround = (node: Node): FunctionNode | undefined => {
      let around = functionAround(node);
      while (around && !code.isStepBody(around)) around = functionAround(around);
      return around;
    };

    /** The function in which a variable is declared, also as a parameter; undefined for one of the module. */
    const ownerOf = (id: NodeOf<'Identifier'>): FunctionNode | undefined => {
      const variable = variableOf(sourceCode, id);
      const [definition] = variable?.defs ?? [];
      if (!variable || !definition || definition.type === 'ImportBinding') return undefined;
      const block = variable.scope.block;
      return isFunction(block) ? block : functionAround(block);
    };

    /** Not a variable of the body itself, or of a function in it. */
    const isReplayedOutside = (owner: FunctionNode): boolean => code.isReplayed(owner) && !code.isStepBody(owner);

    return {
      AssignmentExpression: ({ left }) => check(left),
      UpdateExpression: ({ argument }) => check(argument),
      UnaryExpression: ({ operator, argument }) => {
        if (operator === 'delete') check(argument);
      },
      CallExpression({ callee }) {
        const inner = unwrap(callee);
        if (inner.type !== 'MemberExpression') return;
        const method = propertyName(inner) ?? '';
        if (OF_ARRAYS.has(method) && !isNewEachTime(inner.object)) check(inner.object);
        if (OF_COLLECTIONS.has(method) && isCollection(inner.object)) check(inner.object);
      },
    };

    function isCollection(node: Node): boolean {
      const inner = unwrap(node);
      const value = inner.type === 'Identifier' ? valueOf(variableOf(sourceCode, inner)) : undefined;
      if (value?.type !== 'NewExpression' || value.callee.type !== 'Identifier') return false;
      return ['Map', 'Set', 'WeakMap', 'WeakSet', 'URLSearchParams'].includes(value.callee.name);
    }
  },
};

/** `[...items].sort()`, `items.filter(...).sort()`: what is changed is a copy. */
function isNewEachTime(node: Node): boolean {
  const inner = unwrap(node);
  return inner.type !== 'Identifier' && inner.type !== 'MemberExpression';
}

/** The targets of `[a, b] = ...` and `({ a, b } = ...)`. */
function partsOf(pattern: Node): Node[] {
  switch (pattern.type) {
    case 'ArrayPattern':
      return pattern.elements.filter((each) => each !== null);
    case 'ObjectPattern':
      return pattern.properties.map((each) => (each.type === 'Property' ? each.value : each.argument));
    case 'AssignmentPattern':
      return [pattern.left];
    case 'RestElement':
      return [pattern.argument];
    default:
      return [];
  }
}
