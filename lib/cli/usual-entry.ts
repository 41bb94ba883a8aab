/** Where workflows usually are. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The first file that exists counts. */
export const USUAL_ENTRIES = [
  'functions/workflows/index.ts',
  'src/workflows/index.ts',
  'src/workflows.ts',
  'workflows/index.ts',
  'workflows.ts',
];

/** Undefined if there is none. */
export function findUsualEntry(cwd: string): string | undefined {
  return USUAL_ENTRIES.find((candidate) => existsSync(resolve(cwd, candidate)));
}
