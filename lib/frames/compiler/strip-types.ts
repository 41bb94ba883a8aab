/**
 * Takes out of a tree what TypeScript only says about types. What has an effect at run time (enums, namespaces, parameter
 * properties, decorators) stays for the bundler, to which the result is TypeScript as before.
 */
import type { File, Node } from '@babel/types';
import { replaceChildren } from './tree.ts';

export function stripTypes(file: File): void {
  strip(file.program);
}

function strip(node: Node): void {
  const loose = node as unknown as Record<string, unknown>;
  for (const key of ANNOTATIONS) if (loose[key] !== undefined && loose[key] !== null) loose[key] = null;
  if (node.type === 'Identifier' && node.optional === true) node.optional = null;
  if (loose['definite'] === true) loose['definite'] = null;
  if (loose['accessibility'] !== undefined && node.type !== 'TSParameterProperty') delete loose['accessibility'];
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression')
    delete (node as { abstract?: unknown }).abstract;
  for (const key of MODIFIERS) if (node.type.startsWith('Class') && loose[key] === true) loose[key] = undefined;
  if ('params' in node && Array.isArray(node.params)) {
    const [first] = node.params as Node[];
    if (first?.type === 'Identifier' && first.name === 'this') (node.params as Node[]).shift();
  }
  replaceChildren(node, (child) => {
    const kept = unwrap(child);
    if (kept === undefined) return null;
    strip(kept);
    return kept;
  });
}

const ANNOTATIONS = [
  ...[
    'typeAnnotation',
    'returnType',
    'typeParameters',
    'typeArguments',
    'superTypeParameters',
    'implements',
    'predicate',
  ],
];
const MODIFIERS = ['readonly', 'override', 'optional'];

/** The expression in `x as T`, `x!` and the like. Undefined for what is about types alone. */
function unwrap(node: Node): Node | undefined {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
      return unwrap(node.expression);
    case 'TSTypeAliasDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSDeclareFunction':
    case 'TSDeclareMethod':
    case 'TSIndexSignature':
      return undefined;
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return (node as { importKind?: string; exportKind?: string }).importKind === 'type' ||
        (node as { exportKind?: string }).exportKind === 'type'
        ? undefined
        : node;
    case 'ImportSpecifier':
      return node.importKind === 'type' ? undefined : node;
    case 'ExportSpecifier':
      return node.exportKind === 'type' ? undefined : node;
    case 'ExportNamedDeclaration':
      return node.exportKind === 'type' || isTypeOnly(node.declaration) ? undefined : node;
    case 'ClassProperty':
    case 'ClassDeclaration':
    case 'VariableDeclaration':
    case 'TSModuleDeclaration':
    case 'TSEnumDeclaration':
      return node.declare === true ||
        ((node as { abstract?: boolean }).abstract === true && node.type === 'ClassProperty')
        ? undefined
        : node;
    default:
      return node;
  }
}

function isTypeOnly(declaration: Node | null | undefined): boolean {
  return declaration !== null && declaration !== undefined && unwrap(declaration) === undefined;
}
