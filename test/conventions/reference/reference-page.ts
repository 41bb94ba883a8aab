/** The page of the reference for one entry of the package: each public name, its docstring and its declaration. */
import { readFileSync } from 'node:fs';
import type { Door, PublicName } from '../public-names.ts';
import { declaringFile, mentionedTypes, readDeclaration } from './declaration.ts';
import { sectionsOf } from './entry-sections.ts';

export const WRITTEN_BY = '<!-- Written by `npm run docs` from the docstrings. -->';

/** `lull/client` is on the page `lull-client.md`. */
export function pageName(door: Door): string {
  return `${door.specifier.replaceAll('/', '-')}.md`;
}

export function referencePage(door: Door, doors: readonly Door[]): string {
  const sections = [
    ...sectionsOf(door).map(({ title, names }) => ({ title, entries: names.map((name) => publicEntry(name)) })),
    { title: 'Named in signatures', entries: entriesMentioned(door, doors) },
  ].filter(({ entries }) => entries.length > 0);
  const anchorOf = createAnchors([`# ${door.specifier}`]);
  const contents = sections.map(({ title, entries }) => {
    anchorOf(title);
    return `- **${title}**: ${entries.map(({ name }) => `[${name}](#${anchorOf(name)})`).join(', ')}`;
  });
  return [
    WRITTEN_BY,
    `# \`${door.specifier}\``,
    headOf(door),
    contents.join('\n'),
    ...sections.flatMap(({ title, entries }) => [`## ${title}`, ...entries.map(({ text }) => text)]),
  ]
    .join('\n\n')
    .concat('\n');
}

interface Entry {
  readonly name: string;
  readonly text: string;
}

function publicEntry({ name, localName, file }: PublicName): Entry {
  const alias = name === localName ? '' : `Another name of \`${localName}\`.\n\n`;
  const entry = entryOf(name, file, localName, alias);
  if (!entry) throw new Error(`${file} declares no '${localName}'.`);
  return entry;
}

function entryOf(name: string, file: string, localName: string, before = ''): Entry | undefined {
  const declaration = readDeclaration(file, localName);
  if (!declaration) return undefined;
  const { text, signature } = declaration;
  return { name, text: `### ${name}\n\n${before}${text === '' ? '' : `${text}\n\n`}\`\`\`ts\n${signature}\n\`\`\`` };
}

/** Types that signatures of this entry name, and that are exported nowhere. */
function entriesMentioned(door: Door, doors: readonly Door[]): Entry[] {
  const isPublic = new Set(doors.flatMap(({ names }) => names.map(({ name }) => name)));
  const found = new Map<string, Entry>();
  for (const { file, localName } of door.names) {
    for (const type of mentionedTypes(file, localName)) {
      const place = isPublic.has(type) ? undefined : declaringFile(file, type);
      const entry = place && entryOf(type, place.file, place.name);
      if (entry) found.set(type, entry);
    }
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** What the entry says of itself. */
function headOf(door: Door): string {
  const [, head = ''] = /^\/\*\* ([^]*?) ?\*\//.exec(readFileSync(door.file, 'utf8')) ?? [];
  return head.replace(/\n \* ?/g, ' ');
}

/** The anchors of headings, in their order on the page: a heading that was there before gets a number. */
function createAnchors(before: readonly string[]): (heading: string) => string {
  const seen = new Map<string, number>();
  const anchorOf = (heading: string): string => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .trim()
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  };
  before.forEach(anchorOf);
  return anchorOf;
}
