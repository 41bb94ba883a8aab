import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';
import type { Door, PublicName } from './public-names.ts';

/** One line for each public name without a docstring, and for each function, class and constant without an example. */
export function docstringsMissing(root: string, doors: readonly Door[]): string[] {
  const names = new Map(doors.flatMap((door) => door.names).map((name) => [`${name.file}#${name.localName}`, name]));
  return [...names.values()].flatMap((name) => whatIsMissing(root, name));
}

function whatIsMissing(root: string, name: PublicName): string[] {
  const source = ts.createSourceFile(name.file, readFileSync(name.file, 'utf8'), ts.ScriptTarget.Latest, true);
  const declarations = declarationsOf(source, name.localName);
  const [first] = declarations;
  if (!first) return [`${relative(root, name.file)}: exports no '${name.localName}', which a door names.`];

  const at = `${relative(root, name.file)}:${source.getLineAndCharacterOfPosition(first.getStart()).line + 1}`;
  const docs = declarations.flatMap((declaration) => ts.getJSDocCommentsAndTags(declaration)).filter(ts.isJSDoc);
  if (!docs.some((doc) => ts.getTextOfJSDocComment(doc.comment))) {
    return [`${at}: '${name.name}' is public and has no docstring.`];
  }
  const hasExample = docs.some((doc) => doc.tags?.some((tag) => tag.tagName.text === 'example'));
  if (hasExample || name.isType || declarations.some((declaration) => isTypeOrError(declaration))) return [];
  return [`${at}: the docstring of '${name.name}' has no @example.`];
}

/** The declarations of a name: all overloads of a function, the statement around a constant. */
function declarationsOf(source: ts.SourceFile, name: string): ts.Node[] {
  return source.statements.flatMap((statement): ts.Node[] => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.some((one) => one.name.getText() === name) ? [statement] : [];
    }
    const named =
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement);
    return named && statement.name?.text === name ? [statement] : [];
  });
}

function isTypeOrError(node: ts.Node): boolean {
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  const base = ts.isClassDeclaration(node) ? node.heritageClauses?.[0]?.types[0]?.expression.getText() : undefined;
  return base !== undefined && /Error$/.test(base);
}
