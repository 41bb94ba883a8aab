/** What workflow code must not do, found while it is built. */
import type { File, Node } from '@babel/types';
import { problemAt, type Problem } from './problem.ts';
import { childrenOf, isFunctionNode } from './tree.ts';
import type { Names } from './variables.ts';

export function findProblems(
  file: File,
  names: Names,
  { mayWriteModule }: { readonly mayWriteModule: boolean },
): Problem[] {
  const problems: Problem[] = [];
  const walk = (node: Node, isWorkflowCode: boolean, parent: Node | undefined): void => {
    const isInside = isFunctionNode(node) ? staysWorkflowCode(node, parent, isWorkflowCode, names) : isWorkflowCode;
    if (isDirectEval(node, names)) problems.push(problemAt(node, EVAL));
    if (isInside && !mayWriteModule) {
      for (const target of targetsOf(node)) {
        if (names.variableOf.get(target)?.isModuleLevel !== true) continue;
        problems.push(problemAt(target, writeReason((target as { name: string }).name)));
      }
    }
    for (const child of childrenOf(node)) walk(child, isInside, node);
  };
  walk(file.program, false, undefined);
  return problems;
}

const EVAL =
  'direct `eval` may use any variable around it, so a frame cannot say what is alive: write the code out, or call a function';

function writeReason(name: string): string {
  return (
    `workflow code writes to \`${name}\`, a variable of the module: all runs of this process share it, and a frame does ` +
    'not store it. Keep it in a local variable, or return it from a step'
  );
}

function isDirectEval(node: Node, names: Names): boolean {
  if (node.type !== 'CallExpression') return false;
  return node.callee.type === 'Identifier' && node.callee.name === 'eval' && !names.variableOf.has(node.callee);
}

/** A generator function is workflow code; so is what is in it, but not the body of a step: a function given to an import. */
function staysWorkflowCode(node: Node, parent: Node | undefined, isWorkflowCode: boolean, names: Names): boolean {
  const { generator, async } = node as { generator?: boolean; async?: boolean };
  if (async === true) return false;
  if (generator === true) return true;
  if (!isWorkflowCode || parent?.type !== 'CallExpression') return isWorkflowCode;
  const { callee } = parent;
  const isOfModule = callee.type === 'Identifier' && names.variableOf.get(callee)?.isModuleLevel === true;
  return !isOfModule;
}

/** The identifiers that a node assigns to. */
function targetsOf(node: Node): Node[] {
  switch (node.type) {
    case 'AssignmentExpression':
      return identifiersIn(node.left);
    case 'UpdateExpression':
      return identifiersIn(node.argument);
    case 'ForOfStatement':
    case 'ForInStatement':
      return node.left.type === 'VariableDeclaration' ? [] : identifiersIn(node.left);
    default:
      return [];
  }
}

function identifiersIn(pattern: Node): Node[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        identifiersIn(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : identifiersIn(element)));
    case 'AssignmentPattern':
      return identifiersIn(pattern.left);
    case 'RestElement':
      return identifiersIn(pattern.argument);
    default:
      return [];
  }
}
