/** A `catch` around an await point that also catches `CancelledError`, and goes on as if nothing was cancelled. */
import type { Rule, SourceCode } from 'eslint';
import { lullName, originOfVariable } from '../imported-name.ts';
import {
  functionAround,
  hasWithin,
  isFunction,
  type Node,
  type NodeOf,
  parentOf,
  propertyName,
  unwrap,
  valueOf,
  variableOf,
} from '../syntax.ts';
import { workflowCode } from '../workflow-code.ts';

/** Methods that hand the error on to those that wait for it. */
const HANDS_ON = new Set(['reject', 'setException']);

export const noSwallowedCancellation: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'Require that a `catch` around an await point lets `CancelledError` through.' },
    hasSuggestions: true,
    schema: [
      {
        type: 'object',
        properties: { rethrowing: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
        additionalProperties: false,
      },
    ],
    messages: {
      swallowed:
        'This `catch` also catches `CancelledError`, so the run or task cannot be cancelled here, and a timeout around ' +
        'it has no effect. Begin it with `if (isCancelled(error)) throw error;`.',
      rethrow: 'Rethrow what cancels.',
    },
  },

  create(context) {
    const { sourceCode } = context;
    const [{ rethrowing = [] } = {}] = context.options as [{ rethrowing?: string[] }?];
    const code = workflowCode(sourceCode);

    return {
      CatchClause(node) {
        const clause = node as NodeOf<'CatchClause'>;
        const around = functionAround(clause);
        const statement = parentOf(clause);
        if (!around?.generator || !code.isReplayed(around) || statement?.type !== 'TryStatement') return;
        if (!hasWithin(sourceCode, statement.block, isAwait) || isHandled(sourceCode, clause, rethrowing)) return;
        context.report({
          loc: sourceCode.getFirstToken(clause)?.loc ?? clause.loc ?? { line: 1, column: 0 },
          messageId: 'swallowed',
          suggest: [{ messageId: 'rethrow', fix: (fixer) => addRethrow(sourceCode, fixer, clause) }],
        });
      },
    };
  },
};

function isAwait(node: Node): boolean {
  return node.type === 'YieldExpression';
}

function isHandled(
  sourceCode: SourceCode,
  { body, param }: NodeOf<'CatchClause'>,
  rethrowing: readonly string[],
): boolean {
  const name = param?.type === 'Identifier' ? param.name : undefined;
  const isError = (node: Node): boolean => node.type === 'Identifier' && node.name === name;
  return hasWithin(sourceCode, body, (node) => {
    switch (node.type) {
      case 'ThrowStatement':
        return true;
      case 'BinaryExpression':
        return node.operator === 'instanceof' && lullName(sourceCode, node.right) === 'CancelledError';
      case 'AssignmentExpression':
        // It is kept, and perhaps thrown later.
        return isError(node.right);
      case 'CallExpression':
        return mayRethrow(sourceCode, node, { getsError: node.arguments.some(isError), rethrowing });
      default:
        return false;
    }
  });
}

/** `isCancelled(error)`, a function of this file that throws, and one that hands the error on. */
function mayRethrow(
  sourceCode: SourceCode,
  call: NodeOf<'CallExpression'>,
  { getsError, rethrowing }: { readonly getsError: boolean; readonly rethrowing: readonly string[] },
): boolean {
  const callee = unwrap(call.callee);
  const isCheck = (node: Node): boolean => lullName(sourceCode, node) === 'isCancelled';
  if (isCheck(callee)) return true;
  if (callee.type === 'MemberExpression') return getsError && HANDS_ON.has(propertyName(callee) ?? '');
  if (callee.type !== 'Identifier') return false;
  if (rethrowing.includes(callee.name)) return true;
  const value = valueOf(variableOf(sourceCode, callee));
  if (!isFunction(value) || !getsError) return false;
  return hasWithin(
    sourceCode,
    value.body,
    (node) => node.type === 'ThrowStatement' || (node.type === 'CallExpression' && isCheck(node.callee)),
  );
}

function* addRethrow(
  sourceCode: SourceCode,
  fixer: Rule.RuleFixer,
  { body, param }: NodeOf<'CatchClause'>,
): Generator<Rule.Fix> {
  const name = param?.type === 'Identifier' ? param.name : 'error';
  const brace = sourceCode.getFirstToken(body);
  if (!brace || (param && param.type !== 'Identifier')) return;
  if (!param) yield fixer.insertTextBefore(body, '(error) ');
  const line = sourceCode.lines[brace.loc.start.line - 1] ?? '';
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  yield fixer.insertTextAfter(brace, `\n${indent}  if (isCancelled(${name})) throw ${name};`);
  const specifier = lastImportOfLull(sourceCode);
  if (specifier && !importsIsCancelled(sourceCode)) yield fixer.insertTextAfter(specifier, ', isCancelled');
}

function lastImportOfLull(sourceCode: SourceCode): Node | undefined {
  for (const statement of sourceCode.ast.body) {
    if (statement.type !== 'ImportDeclaration' || statement.source.value !== 'lull') continue;
    if ((statement as { importKind?: string }).importKind === 'type') continue;
    const last = statement.specifiers.at(-1);
    if (last?.type === 'ImportSpecifier') return last;
  }
  return undefined;
}

function importsIsCancelled(sourceCode: SourceCode): boolean {
  return sourceCode.scopeManager.scopes.some((scope) =>
    scope.variables.some((variable) => originOfVariable(variable)?.name === 'isCancelled'),
  );
}
