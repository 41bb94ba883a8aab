import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A block of TypeScript in a document. */
export interface MarkdownSnippet {
  /** The document, relative to the repository's root, and the line of the block's first line of code (from 1). */
  readonly file: string;
  readonly line: number;
  /** The name that the block gives its file, such as `checkout.ts`, so that its neighbours can import it. */
  readonly fileName: string;
  readonly code: string;
  /** Code that the document does not show but the block builds on: from the comment `<!-- given ... -->` before it. */
  readonly given: string;
}

/** The TypeScript of README.md, docs/ and skills/, less the blocks that say `ts ignore`, and less the reference: that is generated. */
export function readMarkdownSnippets(root: string): MarkdownSnippet[] {
  const documents = ['docs', 'skills'].flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
      : [],
  );
  return ['README.md', ...documents]
    .filter((name) => name.endsWith('.md') && !name.startsWith(join('docs', 'reference')))
    .sort()
    .flatMap((name) => snippetsOf(name, readFileSync(join(root, name), 'utf8')));
}

/** The blocks in the text of one document. */
export function snippetsOf(file: string, text: string): MarkdownSnippet[] {
  const lines = text.split('\n');
  const snippets: MarkdownSnippet[] = [];
  for (let index = 0; index < lines.length; index++) {
    const fence = /^```(\S*) *(.*)$/.exec(lines[index] ?? '');
    if (!fence) continue;
    const end = lines.indexOf('```', index + 1);
    if (end < 0) throw new Error(`${file}:${index + 1}: this block is never closed.`);
    const [, language = '', note = ''] = fence;
    if (['ts', 'typescript'].includes(language) && note !== 'ignore') {
      if (note !== '' && !/^[\w.-]+\.ts$/.test(note)) {
        throw new Error(`${file}:${index + 1}: 'ts ${note}': after ts stands nothing, a file name, or ignore.`);
      }
      snippets.push({
        file,
        line: index + 2,
        fileName: note || `line-${index + 1}.ts`,
        code: lines.slice(index + 1, end).join('\n'),
        given: givenBefore(lines, index),
      });
    }
    index = end;
  }
  return snippets;
}

function givenBefore(lines: readonly string[], fence: number): string {
  const before = lines.slice(0, fence).join('\n').trimEnd();
  return /<!-- given\n((?:(?!-->)[\s\S])*)-->$/.exec(before)?.[1] ?? '';
}

/** The snippet as a module: what is given stands on one line before it, so that line n of the code is line n + 1. */
export function snippetModule(snippet: MarkdownSnippet): string {
  const given = snippet.given.replace(/\/\/.*$/gm, '').replaceAll('\n', ' ');
  return `${given} export {};\n${snippet.code}\n`;
}
