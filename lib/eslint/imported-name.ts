/** Where a name of a file comes from: the module, and the module's name for it. */
import type { Scope, SourceCode } from 'eslint';
import { type Node, type NodeOf, propertyName, textOf, unwrap, variableOf } from './syntax.ts';

export interface Origin {
  readonly module: string;
  /** What the module exports it as; `*` for the module as a whole. */
  readonly name: string;
}

/** Of an identifier, or of a member of a module (`lull.sleep`); undefined if it was not imported. */
export function originOf(sourceCode: SourceCode, node: Node): Origin | undefined {
  const inner = unwrap(node);
  if (inner.type === 'Identifier') return originOfVariable(variableOf(sourceCode, inner));
  if (inner.type !== 'MemberExpression') return undefined;
  const module = originOf(sourceCode, inner.object);
  const name = propertyName(inner);
  return module && module.name === '*' && name !== undefined ? { module: module.module, name } : undefined;
}

export function originOfVariable(variable: Scope.Variable | undefined): Origin | undefined {
  const definition = variable?.defs[0];
  if (definition?.type === 'ImportBinding') return importOrigin(definition);
  if (definition?.type === 'Variable') return requireOrigin(definition);
  return undefined;
}

/** What lull exports under a name that is used here: `step`, also where it is imported as something else. */
export function lullName(sourceCode: SourceCode, node: Node): string | undefined {
  const origin = originOf(sourceCode, node);
  return origin?.module === 'lull' ? origin.name : undefined;
}

/** Whether a file has to do with workflows at all. */
export function importsLull({ ast, scopeManager, text }: SourceCode): boolean {
  if (!text.includes('lull')) return false;
  const isImport = (node: Node): boolean => node.type === 'ImportDeclaration' && node.source.value === 'lull';
  if (ast.body.some(isImport)) return true;
  const variables = scopeManager.scopes.flatMap((scope) => scope.variables);
  return variables.some((variable) => originOfVariable(variable)?.module === 'lull');
}

function importOrigin(definition: Scope.Definition & { type: 'ImportBinding' }): Origin | undefined {
  const module = definition.parent.source.value;
  if (typeof module !== 'string' || isTypeOnly(definition.parent) || isTypeOnly(definition.node)) return undefined;
  if (definition.node.type === 'ImportNamespaceSpecifier') return { module, name: '*' };
  // A default import of a module of CommonJS is the module as a whole.
  if (definition.node.type === 'ImportDefaultSpecifier') return { module, name: '*' };
  const { imported } = definition.node;
  return { module, name: imported.type === 'Identifier' ? imported.name : String(imported.value) };
}

function isTypeOnly(node: Node): boolean {
  return (node as { importKind?: string }).importKind === 'type';
}

/** `const { sleep } = require('lull')`, `const lull = require('lull')`. */
function requireOrigin(definition: Scope.Definition & { type: 'Variable' }): Origin | undefined {
  const { id, init } = definition.node;
  if (init?.type !== 'CallExpression' || init.callee.type !== 'Identifier' || init.callee.name !== 'require') {
    return undefined;
  }
  const module = textOf(init.arguments[0]);
  if (module === undefined) return undefined;
  if (id.type === 'Identifier') return { module, name: '*' };
  if (id.type !== 'ObjectPattern') return undefined;
  const property = id.properties.find(
    (each): each is NodeOf<'Property'> & typeof each =>
      each.type === 'Property' && each.value.type === 'Identifier' && each.value.name === definition.name.name,
  );
  return property?.key.type === 'Identifier' ? { module, name: property.key.name } : undefined;
}
