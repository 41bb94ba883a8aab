import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** A way into the package: what one imports (`lull/client`) and the file that stands behind it. */
export interface Door {
  readonly specifier: string;
  readonly file: string;
  readonly names: readonly PublicName[];
}

export interface PublicName {
  readonly name: string;
  readonly isType: boolean;
  /** The file that declares it, and its name there. */
  readonly file: string;
  readonly localName: string;
}

/** The package's doors, from package.json; their names, from the export lists that they consist of. */
export function readDoors(root: string): Door[] {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    name: string;
    exports: Record<string, string | { 'lull-source': string }>;
  };
  return Object.entries(exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return [];
    const file = join(root, target['lull-source']);
    return [{ specifier: name + subpath.slice(1), file, names: exportList(file) }];
  });
}

function exportList(file: string): PublicName[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  return source.statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement)) return exportedConstants(statement, file);
    if (!ts.isExportDeclaration(statement)) return [];
    const from = statement.moduleSpecifier;
    if (!from || !ts.isStringLiteral(from) || !statement.exportClause || !ts.isNamedExports(statement.exportClause)) {
      throw new Error(
        `${file}: '${statement.getText()}': a door lists names, write \`export { name } from './file.ts'\`.`,
      );
    }
    return statement.exportClause.elements.map((element) => ({
      name: element.name.text,
      isType: statement.isTypeOnly || element.isTypeOnly,
      file: join(dirname(file), from.text),
      localName: (element.propertyName ?? element.name).text,
    }));
  });
}

/** An entry may declare constants of its own, such as the configurations of `lull/eslint`. */
function exportedConstants(statement: ts.VariableStatement, file: string): PublicName[] {
  const isExported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  return isExported
    ? statement.declarationList.declarations.map((declaration) => {
        const name = declaration.name.getText();
        return { name, isType: false, file, localName: name };
      })
    : [];
}
