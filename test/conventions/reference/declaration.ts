/** The declarations of a file as a user of the package sees them: TypeScript's own, less what is private. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A public name as the reference shows it. */
export interface Declaration {
  /** Of a function with overloads all of them. The members of a class or an interface have their docstrings. */
  readonly signature: string;
  /** The docstring as Markdown, its examples included. */
  readonly text: string;
}

const files = new Map<string, ts.SourceFile>();

/** Undefined if the file declares no such name. Generated from the syntax of the one file: no other one is loaded. */
export function readDeclaration(file: string, name: string): Declaration | undefined {
  const source = files.get(file) ?? emitDeclarations(file);
  files.set(file, source);
  const nodes = source.statements.filter((statement) => namesOf(statement).includes(name));
  if (nodes.length === 0) return undefined;
  const [first, ...others] = nodes.map((node) => textOf(node, source));
  // What all overloads share stands at the first one.
  const overloads = others.map(({ docstring, code }) => (docstring ? `${docstring}\n${code}` : code));
  return { signature: [first!.code, ...overloads].join('\n'), text: markdownOf(nodes[0]!) };
}

/** The types that a declaration mentions. A class that implements an interface has its methods for others than users. */
export function mentionedTypes(file: string, name: string): string[] {
  const source = files.get(file);
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isClassElement(node) && (isHidden(node) || isOfPort(node))) return;
    if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) found.add(node.typeName.text);
    ts.forEachChild(node, visit);
  };
  source?.statements.filter((statement) => namesOf(statement).includes(name)).forEach(visit);
  return [...found];
}

/** From where a file has a name: itself, or one that it imports. */
export function declaringFile(
  file: string,
  name: string,
): { readonly file: string; readonly name: string } | undefined {
  const source = files.get(file);
  for (const statement of source?.statements ?? []) {
    if (namesOf(statement).includes(name)) return { file, name };
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings)) continue;
    const found = bindings.elements.find((element) => element.name.text === name);
    const from = statement.moduleSpecifier.text;
    if (!found || !from.startsWith('.')) continue;
    return { file: new URL(from, `file://${file}`).pathname, name: (found.propertyName ?? found.name).text };
  }
  return undefined;
}

function emitDeclarations(file: string): ts.SourceFile {
  const { outputText } = ts.transpileDeclaration(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, declaration: true },
  });
  return ts.createSourceFile(file, outputText, ts.ScriptTarget.Latest, true);
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map((one) => one.name.getText());
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name ? [statement.name.text] : [];
}

function textOf(node: ts.Statement, source: ts.SourceFile): { readonly docstring: string; readonly code: string } {
  const start = node.getStart(source);
  const hasMembers = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node);
  const hidden = hasMembers ? [...node.members].filter(isHidden) : [];
  const cuts = hidden.map((member) => [member.getFullStart() - start, member.getEnd() - start] as const);
  const whole = source.text.slice(start, node.getEnd());
  const code = cuts.reduceRight((text, [from, to]) => text.slice(0, from) + text.slice(to), whole);
  const docstring = source.text.slice(node.getStart(source, true), start).trim();
  return { docstring, code: indentByTwo(code.replace(/^export (declare )?/, '')) };
}

/** TypeScript indents by four spaces. What is further right in a line, such as code in a docstring, stays. */
function indentByTwo(code: string): string {
  return code.replaceAll(/^(?: {4})+/gm, (spaces) => ' '.repeat(spaces.length / 2));
}

/** What is private, and members whose names are symbols: nobody writes them. */
function isHidden(member: ts.ClassElement | ts.TypeElement): boolean {
  if (member.name && (ts.isPrivateIdentifier(member.name) || ts.isComputedPropertyName(member.name))) return true;
  const modifiers = ts.canHaveModifiers(member) ? ts.getModifiers(member) : undefined;
  return (
    modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword) ===
    true
  );
}

function isOfPort({ parent }: ts.ClassElement): boolean {
  const clauses = ts.isClassDeclaration(parent) ? (parent.heritageClauses ?? []) : [];
  return clauses.some(({ token }) => token === ts.SyntaxKind.ImplementsKeyword);
}

function markdownOf(node: ts.Node): string {
  const [docstring] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  if (!docstring) return '';
  const text = ts.getTextOfJSDocComment(docstring.comment) ?? '';
  const tags = (docstring.tags ?? []).map((tag) => {
    const comment = ts.getTextOfJSDocComment(tag.comment) ?? '';
    if (tag.tagName.text === 'example') return comment.replace('```ts no-run', '```ts');
    return `_${tag.tagName.text}_: ${comment}`;
  });
  return [text, ...tags].filter((part) => part !== '').join('\n\n');
}
