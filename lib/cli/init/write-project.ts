/** Writes a project into its folder: all of it, or nothing. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What a version control system or a desktop puts into a folder that is empty to its owner. */
const NOT_IN_THE_WAY = new Set(['.git', '.hg', '.svn', '.DS_Store']);

/** What is in the folder and would be mixed with the project, in the order of the alphabet. */
export function inTheWay(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !NOT_IN_THE_WAY.has(name))
    .sort();
}

/**
 * The folder is empty, or not there. Everything is written beside its place first, and then moved there; if something
 * fails, what was made is removed again.
 */
export function writeProject(folder: string, files: ReadonlyMap<string, string>): void {
  const target = resolve(folder);
  const isNew = !existsSync(target);
  const staging = join(isNew ? dirname(target) : target, `.lull-init-${process.pid}`);
  // The topmost folder that is made here.
  const made = mkdirSync(staging, { recursive: true });
  const moved: string[] = [];
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(staging, path)), { recursive: true });
      writeFileSync(join(staging, path), text, { flag: 'wx' });
    }
    if (isNew) {
      renameSync(staging, target);
      return;
    }
    for (const name of topNames(files)) {
      renameSync(join(staging, name), join(target, name));
      moved.push(join(target, name));
    }
    rmSync(staging, { recursive: true });
  } catch (error) {
    for (const path of [...moved, made ?? staging]) rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** In the order of the files. */
function topNames(files: ReadonlyMap<string, string>): Set<string> {
  return new Set([...files.keys()].map((path) => path.split(/[\\/]/)[0] ?? path));
}
