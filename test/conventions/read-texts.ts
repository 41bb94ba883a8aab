/** Takes a source file or a document apart into what the rules about words are about: names and prose. */
import ts from 'typescript';

export interface FoundText {
  readonly kind: 'name' | 'prose';
  readonly text: string;
  readonly line: number;
}

/** Names, comments, and those strings that are sentences. */
export function readSource(file: string, source: string): FoundText[] {
  const sourceFile = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const found: FoundText[] = [];
  const lineOf = (position: number): number => sourceFile.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
      found.push({ kind: 'name', text: wordsOf(node.text), line: lineOf(node.getStart(sourceFile)) });
    }
    const text = textOf(node);
    if (text?.includes(' ')) found.push({ kind: 'prose', text, line: lineOf(node.getStart(sourceFile)) });
    ts.forEachChild(node, visit);
  };
  visit(sourceFile);
  return [...found, ...commentsOf(source)];
}

/** Without blocks of code. */
export function readDocument(source: string): FoundText[] {
  let isCode = false;
  return source.split('\n').flatMap((text, index): FoundText[] => {
    if (text.startsWith('```')) isCode = !isCode;
    return isCode ? [] : [{ kind: 'prose', text, line: index + 1 }];
  });
}

/** `#openDoors` is "open doors". */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_#$]+/g, ' ')
    .trim()
    .toLowerCase();
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((span) => `...${span.literal.text}`).join('');
  }
  return undefined;
}

/** Each block as one text, so that a phrase may go on in the next line. Examples in docstrings are code. */
function commentsOf(source: string): FoundText[] {
  const comments = /\/\*\*?([\s\S]*?)\*\/|(?<=^|[\s;{(,])\/\/([^\n]*(?:\n\s*\/\/[^\n]*)*)/gm;
  return Array.from(source.matchAll(comments), (match): FoundText => {
    const [, block, lines] = match;
    const text = (block ?? lines ?? '')
      .replaceAll(/```[\s\S]*?```/g, '')
      .replaceAll(/\n\s*(\*|\/\/)?[ \t]*/g, ' ')
      .trim();
    return { kind: 'prose', text, line: source.slice(0, match.index).split('\n').length };
  });
}
