import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, type WhenDone } from './temporary-folder.ts';

/** A folder of a user's, with lull installed, and workflows in `workflows.ts`. */
export function temporaryProject(workflows: string, whenDone?: WhenDone): { folder: string; entry: string } {
  const folder = temporaryFolder(whenDone);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(import.meta.dirname, '../..'), join(folder, 'node_modules/lull'));
  const entry = join(folder, 'workflows.ts');
  writeFileSync(entry, workflows);
  return { folder, entry };
}
