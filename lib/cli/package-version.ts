import { existsSync, readFileSync } from 'node:fs';

/** Of lull itself. */
export function packageVersion(): string {
  // One folder further up once it is built.
  const files = ['../../package.json', '../../../package.json'].map((path) => new URL(path, import.meta.url));
  const file = files.find((candidate) => existsSync(candidate));
  if (!file) return 'unknown';
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
