/** A durable call whose `yield*` is missing: it does nothing, or its result and its error are lost. */
import type { Rule, SourceCode } from 'eslint';
import { awaitableKind, describeCall, kindOfCallee } from '../awaitable-calls.ts';
import {
  functionAround,
  isCall,
  isFunction,
  type Node,
  type NodeOf,
  parentOf,
  propertyName,
  unwrap,
  wrapped,
} from '../syntax.ts';
import { workflowCode } from '../workflow-code.ts';

const EFFECTS = {
  coroutine: 'a coroutine does nothing until it is awaited',
  durable: 'its result and its error are lost',
};

export const noFloatingAwaitables: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Require that durable calls and coroutines are awaited with `yield*`, or handed on.' },
    hasSuggestions: true,
    schema: [],
    messages: {
      floating:
        '`{{call}}` is not awaited: {{effect}}. Write `yield* {{call}}`, or make it a task with `createTask({{call}})`.',
      usedAsValue: '`{{call}}` is used as if it were its result, and it is an awaitable. Write `yield* {{call}}`.',
      dropped:
        '`{{call}}` is called for each item and never awaited, because `{{method}}` drops what its function returns. ' +
        'Write `yield* gather(items.map(...))`, or a loop with `yield*`.',
      addYield: 'Await it with `yield*`.',
    },
  },

  create(context) {
    const { sourceCode } = context;
    const code = workflowCode(sourceCode);

    const isInRun = (node: Node): boolean => {
      const around = functionAround(node);
      return around?.generator === true || code.isReplayed(around);
    };

    const report = (node: Node, messageId: 'floating' | 'usedAsValue'): void => {
      const call = describeCall(sourceCode, node);
      context.report({
        node,
        messageId,
        data: { call, effect: EFFECTS[awaitableKind(sourceCode, node) ?? 'durable'] },
        suggest: functionAround(node)?.generator
          ? [{ messageId: 'addYield', fix: (fixer) => addYield(fixer, wrapped(node), messageId) }]
          : [],
      });
    };

    const checkDropped = (node: Node, given: Node, method: string): void => {
      const returned = returnedAwaitable(sourceCode, given);
      if (!returned) return;
      const call = returned.type === 'Identifier' ? `${returned.name}(...)` : describeCall(sourceCode, returned);
      context.report({ node, messageId: 'dropped', data: { call, method } });
    };

    const checkValue = (node: Node | null | undefined): void => {
      if (node && awaitableKind(sourceCode, node) && isInRun(node)) report(node, 'usedAsValue');
    };

    return {
      ExpressionStatement({ expression }) {
        for (const node of droppedValues(expression)) {
          if (!isInRun(node)) continue;
          if (awaitableKind(sourceCode, node)) report(node, 'floating');
          const mapped = mappedCall(node, 'map');
          if (mapped) checkDropped(node, mapped, 'map');
        }
      },
      CallExpression(node) {
        const call = node as NodeOf<'CallExpression'>;
        const mapped = mappedCall(call, 'forEach');
        if (mapped && isInRun(call)) checkDropped(call, mapped, 'forEach');
      },
      VariableDeclarator({ id, init }) {
        if (!init) return;
        if (id.type !== 'Identifier') checkValue(init);
        else if (awaitableKind(sourceCode, init) && isInRun(init) && isNeverRead(sourceCode, id))
          report(init, 'floating');
      },
      IfStatement: ({ test }) => checkValue(test),
      'WhileStatement, DoWhileStatement, ForStatement': ({ test }: { test: Node | null }) => checkValue(test),
      ConditionalExpression: ({ test }) => checkValue(test),
      SwitchStatement: ({ discriminant }) => checkValue(discriminant),
      UnaryExpression: ({ operator, argument }) => {
        if (operator !== 'void') checkValue(argument);
      },
      BinaryExpression: ({ operator, left, right }) => {
        if (operator === 'instanceof' || operator === 'in') return;
        if (left.type !== 'PrivateIdentifier') checkValue(left);
        checkValue(right);
      },
      TemplateLiteral: ({ expressions }) => {
        for (const each of expressions) checkValue(each);
      },
    };
  },
};

/** The values that an expression statement drops. */
function droppedValues(expression: Node): Node[] {
  const node = unwrap(expression);
  switch (node.type) {
    case 'UnaryExpression':
      return node.operator === 'void' ? droppedValues(node.argument) : [];
    case 'LogicalExpression':
      return droppedValues(node.right);
    case 'ConditionalExpression':
      return [...droppedValues(node.consequent), ...droppedValues(node.alternate)];
    case 'SequenceExpression':
      return node.expressions.flatMap(droppedValues);
    default:
      return [node];
  }
}

/** The function that is given to a method such as `map`. */
function mappedCall(node: Node, method: string): Node | undefined {
  const call = unwrap(node);
  if (!isCall(call) || call.arguments.length === 0) return undefined;
  const callee = unwrap(call.callee);
  return callee.type === 'MemberExpression' && propertyName(callee) === method ? call.arguments[0] : undefined;
}

function addYield(fixer: Rule.RuleFixer, node: Node, messageId: string): Rule.Fix[] {
  return messageId === 'floating' && parentOf(node)?.type === 'ExpressionStatement'
    ? [fixer.insertTextBefore(node, 'yield* ')]
    : [fixer.insertTextBefore(node, '(yield* '), fixer.insertTextAfter(node, ')')];
}

/** Names of a module may be read by others. */
function isNeverRead(sourceCode: SourceCode, id: NodeOf<'Identifier'>): boolean {
  const declarator = parentOf(id);
  const [variable] = declarator ? sourceCode.getDeclaredVariables(declarator) : [];
  if (!variable || variable.scope.type === 'module' || variable.scope.type === 'global') return false;
  return !variable.references.some((reference) => reference.isRead());
}

/** What a function that is given to `map` or `forEach` gives for each item, if that is an awaitable. */
function returnedAwaitable(sourceCode: SourceCode, given: Node): Node | undefined {
  const inner = unwrap(given);
  if (!isFunction(inner)) return kindOfCallee(sourceCode, inner) ? inner : undefined;
  if (inner.generator) return inner;
  if (inner.async || inner.body.type === 'BlockStatement') return undefined;
  return awaitableKind(sourceCode, inner.body) ? inner.body : undefined;
}
