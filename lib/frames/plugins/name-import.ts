/** What a module imports, by a name that changes when its code may have: of a package, with its version. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Packages do not change while a build runs. */
const known = new Map<string, string | undefined>();

/** What is found by a path, or is part of Node, is called as it is. */
export function nameImport(from: string, folder: string): string {
  if (from.startsWith('.') || from.startsWith('/') || from.startsWith('node:')) return from;
  const name = from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
  const version = versionOf(name, folder);
  return version === undefined ? from : `${from}@${version}`;
}

/** As Node looks for it: in each folder from here on up. */
function versionOf(name: string, folder: string): string | undefined {
  const key = `${folder} ${name}`;
  if (known.has(key)) return known.get(key);
  const above = dirname(folder);
  const version = read(join(folder, 'node_modules', name)) ?? (above === folder ? undefined : versionOf(name, above));
  known.set(key, version);
  return version;
}

function read(folder: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
