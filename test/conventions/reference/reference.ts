/** The pages of the reference, and whether those that are stored are what the docstrings say. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Door, readDoors } from '../public-names.ts';
import { pageName, referencePage, WRITTEN_BY } from './reference-page.ts';

export const REFERENCE = 'docs/reference';

/** The text of each page by its name. */
export function referencePages(root: string): Map<string, string> {
  const doors = readDoors(root);
  return new Map([
    ['README.md', indexPage(doors)],
    ...doors.map((door): [string, string] => [pageName(door), referencePage(door, doors)]),
  ]);
}

/** One line for each page that is not as the docstrings have it. */
export function stalePages(root: string): string[] {
  const pages = referencePages(root);
  const folder = join(root, REFERENCE);
  const stored = existsSync(folder) ? readdirSync(folder) : [];
  const names = new Set([...pages.keys(), ...stored]);
  return [...names].flatMap((name) => {
    const text = stored.includes(name) ? readFileSync(join(folder, name), 'utf8') : undefined;
    if (text === pages.get(name)) return [];
    return [`${REFERENCE}/${name}: this page is not what the docstrings say: npm run docs writes it.`];
  });
}

function indexPage(doors: readonly Door[]): string {
  const lines = doors.map((door) => `- [\`${door.specifier}\`](${pageName(door)}): ${door.names.length} names`);
  return [
    WRITTEN_BY,
    '# Reference',
    'All public names: what each does, an example that a test runs, and its signature. There is one page for each entry of',
    'the package. [HTTP](../http.md) has the routes, and [errors](../errors.md) all codes.',
    '',
    ...lines,
    '',
  ]
    .join('\n')
    .replace(/^(#.*|<.*)$/gm, '$1\n');
}
