/** The folder of the project that a file belongs to: the nearest one above it with a package.json. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The file's own folder if there is none. */
export function projectFolder(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return dirname(folder) === folder ? dirname(file) : folder;
}
