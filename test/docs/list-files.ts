/** The files of a folder of the repository, with their paths from its root. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

export function listFiles(root: string, folder: string, name: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}
