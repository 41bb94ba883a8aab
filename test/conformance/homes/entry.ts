/** A module that exports the workflows of all programs, as somebody's own would, for homes that bundle their code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WhenDone } from '../../local/temporary-folder.ts';
import { allWorkflows } from '../programs/all-programs.ts';

/**
 * Gives its path. It lies within the repository, where the bundler finds the packages that it needs. It exports what the
 * modules `others` export too.
 */
export function writeEntry(whenDone: WhenDone, others: readonly string[] = []): string {
  const folder = mkdtempSync(join(import.meta.dirname, '../../../node_modules/.cache/conformance-'));
  whenDone(() => rmSync(folder, { recursive: true, force: true }));
  const list = join(import.meta.dirname, '../programs/all-programs.ts');
  const lines = [
    ...allWorkflows.map((_, index) => `export const workflow${index} = allWorkflows[${index}];`),
    ...others.map((other) => `export * from ${JSON.stringify(other)};`),
  ];
  const file = join(folder, 'workflows.ts');
  writeFileSync(file, `import { allWorkflows } from ${JSON.stringify(list)};\n\n${lines.join('\n')}\n`);
  return file;
}
