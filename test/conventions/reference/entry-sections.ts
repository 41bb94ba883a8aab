/** How an entry of the package groups its names: a line comment before an export begins a section. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import type { Door, PublicName } from '../public-names.ts';

export interface Section {
  readonly title: string;
  readonly names: readonly PublicName[];
}

const TYPES = 'Types';

/** In the order of the entry. Names before its first comment are the last section. */
export function sectionsOf(door: Door): Section[] {
  const text = readFileSync(door.file, 'utf8');
  const source = ts.createSourceFile(door.file, text, ts.ScriptTarget.Latest, true);
  const titles = new Map<string, string>();
  let title = TYPES;
  for (const statement of source.statements) {
    title = titleBefore(statement, text) ?? title;
    for (const name of exportedNames(statement)) titles.set(name, title);
  }
  const order = [...new Set(titles.values())];
  if (order.length <= 1) return [{ title: 'Names', names: door.names }];
  return order
    .toSorted((a, b) => Number(a === TYPES) - Number(b === TYPES))
    .map((each) => ({ title: each, names: door.names.filter(({ name }) => titles.get(name) === each) }));
}

function titleBefore(statement: ts.Statement, text: string): string | undefined {
  const comments = ts.getLeadingCommentRanges(text, statement.pos) ?? [];
  const lines = comments
    .filter(({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia)
    .map(({ pos, end }) => text.slice(pos + '// '.length, end))
    .filter((line) => !line.startsWith('eslint-'));
  const title = lines.at(-1);
  return title === undefined ? undefined : title.charAt(0).toUpperCase() + title.slice(1);
}

function exportedNames(statement: ts.Statement): string[] {
  if (!ts.isExportDeclaration(statement) || !statement.exportClause || !ts.isNamedExports(statement.exportClause)) {
    return [];
  }
  return statement.exportClause.elements.map((element) => element.name.text);
}
