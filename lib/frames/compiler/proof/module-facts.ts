/** What a module says of its names: with what each one is declared, and from where it is imported. */
import type { File, Node } from '@babel/types';
import { childrenOf } from '../tree.ts';
import type { Names, Unit, Variable } from '../variables.ts';

export interface ImportedName {
  readonly from: string;
  /** `default`, or `*` for the module as a whole. */
  readonly imported: string;
}

export interface ModuleFacts {
  readonly file: File;
  readonly names: Names;
  /** Functions and classes, and what constants begin with. */
  readonly declared: ReadonlyMap<Variable, Node>;
  readonly imports: ReadonlyMap<Variable, ImportedName>;
}

/** Before anything in the file is rewritten. */
export function factsOf(file: File, names: Names): ModuleFacts {
  const declared = new Map<Variable, Node>();
  const imports = new Map<Variable, ImportedName>();
  const note = (id: Node | null | undefined, value: Node): void => {
    const variable = id ? names.variableOf.get(id) : undefined;
    if (variable?.writes === 0) declared.set(variable, value);
  };
  const walk = (node: Node): void => {
    if (node.type === 'VariableDeclarator' && node.init) note(node.id, node.init);
    if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') note(node.id, node);
    if (node.type === 'ImportDeclaration') {
      for (const one of node.specifiers) {
        const variable = names.moduleVariables.get(one.local.name);
        if (variable !== undefined) imports.set(variable, { from: node.source.value, imported: importedName(one) });
      }
    }
    for (const child of childrenOf(node)) walk(child);
  };
  walk(file.program);
  return { file, names, declared, imports };
}

function importedName(one: Extract<Node, { type: 'ImportDeclaration' }>['specifiers'][number]): string {
  if (one.type === 'ImportDefaultSpecifier') return 'default';
  if (one.type === 'ImportNamespaceSpecifier') return '*';
  return one.imported.type === 'Identifier' ? one.imported.name : one.imported.value;
}

/** The function or class that an expression is, or names. */
export function unitMeant({ names, declared }: ModuleFacts, node: Node): Unit | undefined {
  const own = names.unitOf.get(node);
  if (own !== undefined || node.type !== 'Identifier') return own;
  const variable = names.variableOf.get(node);
  if (variable?.kind === 'own-name') return variable.home;
  const value = variable && declared.get(variable);
  return value && names.unitOf.get(value);
}

/** `fetch`, also as `globalThis.fetch`; `Promise.all` is asked for as its object and its property. */
export function globalName({ names }: ModuleFacts, node: Node): string | undefined {
  if (node.type === 'Identifier') return names.variableOf.has(node) ? undefined : node.name;
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return undefined;
  return globalName({ names } as ModuleFacts, node.object) === 'globalThis' ? node.property.name : undefined;
}
