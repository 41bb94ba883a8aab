/** From where a new project installs lull. */
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageVersion } from '../package-version.ts';

/**
 * What the caller asked for, else the tarball that this lull was installed from (`npx --package ./lull.tgz lull init`),
 * else the version of this lull. A path is turned into one that is relative to the project.
 */
export function lullDependency(asked: string | undefined, project: string): string {
  const tarball = asked === undefined ? ownTarball(fileURLToPath(import.meta.url)) : existingPath(asked);
  if (tarball === undefined) return asked ?? packageVersion();
  const path = relative(resolve(project), tarball).replaceAll('\\', '/');
  return `file:${path}`;
}

function existingPath(asked: string): string | undefined {
  const path = resolve(asked.replace(/^file:/, ''));
  return /[./\\]/.test(asked) && existsSync(path) ? path : undefined;
}

/** The tarball that npm installed this file from, as its list of what is installed has it. */
export function ownTarball(file: string): string | undefined {
  const [, folder] = /^(.*)[\\/]node_modules[\\/]lull[\\/]/.exec(file) ?? [];
  if (folder === undefined) return undefined;
  const list = resolve(folder, 'node_modules/.package-lock.json');
  if (!existsSync(list)) return undefined;
  const { packages } = JSON.parse(readFileSync(list, 'utf8')) as { packages?: Record<string, { resolved?: string }> };
  const [, path] = /^file:(.+\.tgz)$/.exec(packages?.['node_modules/lull']?.resolved ?? '') ?? [];
  if (path === undefined) return undefined;
  const tarball = isAbsolute(path) ? path : resolve(folder, path);
  return existsSync(tarball) ? tarball : undefined;
}
