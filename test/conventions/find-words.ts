/** Finds forbidden words in the library, its documents and its messages. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXCEPTIONS, FORBIDDEN_IN_NAMES, FORBIDDEN_IN_PROSE, NOT_COVERED } from './forbidden-words.ts';
import { readDocument, readSource } from './read-texts.ts';

const FOLDERS = ['lib', 'functions', 'infra', 'console', 'docs', 'skills'];
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md'];

/** As in `lib/engine/turn.ts:3: "nobody": say no worker, no caller`. */
export function findForbiddenWords(root: string, notCovered: readonly string[] = NOT_COVERED): string[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((name) => /\.(tsx?|md)$/.test(name)),
  );
  return [...DOCUMENTS, ...files]
    .filter((file) => !notCovered.some((room) => file.startsWith(room)))
    .flatMap((file) => findIn(file, readFileSync(join(root, file), 'utf8')));
}

export function findIn(file: string, source: string): string[] {
  const allowed = EXCEPTIONS.filter((exception) => exception.file === file);
  const texts = file.endsWith('.md') ? readDocument(source) : readSource(file, source);
  return texts.flatMap(({ kind, text, line }) =>
    (kind === 'name' ? FORBIDDEN_IN_NAMES : FORBIDDEN_IN_PROSE).flatMap(({ word, instead }) => {
      const found = word.exec(text)?.[0];
      if (found === undefined || allowed.some((exception) => text.includes(exception.text))) return [];
      return [`${file}:${line}: "${found.trim()}" in "${around(text, found)}": say ${instead}`];
    }),
  );
}

function around(text: string, found: string): string {
  const at = text.indexOf(found);
  return text.slice(Math.max(0, at - 40), at + found.length + 40).trim();
}
