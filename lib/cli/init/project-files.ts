/** The files of a new project: those of `templates/project`, which the tests compile and run, with its own names. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invariant } from '../../core/invariant.ts';
import { toStackName } from './project-name.ts';

export interface ProjectOptions {
  /** The package's name. */
  readonly name: string;
  /** What the project depends on: a version of lull, or `file:` and the path of a tarball. */
  readonly lull: string;
}

/** The texts by their paths in the project. The last one makes the folder a package. */
export function projectFiles({ name, lull }: ProjectOptions): Map<string, string> {
  const template = templateFolder();
  const paths = readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(template.length + 1))
    .sort((a, b) => Number(a === PACKAGE) - Number(b === PACKAGE));
  return new Map(
    paths.map((path) => {
      const text = readFileSync(join(template, path), 'utf8')
        .replaceAll('my-app', name)
        .replaceAll('MyApp', toStackName(name));
      return [path.replace(/^_/, path === IGNORED ? '.' : ''), path === PACKAGE ? withLull(text, lull) : text];
    }),
  );
}

/**
 * What npm, TypeScript or ESLint would take for a part of lull's own repository has an underscore before its name there.
 * npm leaves a `.gitignore` out of a package.
 */
const PACKAGE = '_package.json';
const IGNORED = '_gitignore';

function withLull(text: string, lull: string): string {
  const made = JSON.parse(text) as { dependencies: Record<string, string> };
  made.dependencies['lull'] = lull;
  return `${JSON.stringify(made, null, 2)}\n`;
}

function templateFolder(): string {
  // One folder further up once it is built.
  const folders = ['../../../templates/project', '../../../../templates/project'];
  const folder = folders.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
  invariant(folder, 'the package has no templates');
  return folder;
}
