/** Tables of a document that are counted, between its two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';

const [FROM, TO] = ['<!-- counted -->', '<!-- /counted -->'];

/** Writes them into `docs/NAME`. With `isToCheck` it writes nothing, and fails if the document says something else; `command` makes it anew. */
export async function writeCounted(
  name: string,
  tables: string,
  { command, isToCheck = false }: { readonly command: string; readonly isToCheck?: boolean },
): Promise<void> {
  const file = join(import.meta.dirname, '../docs', name);
  const before = readFileSync(file, 'utf8');
  const [from, to] = [before.indexOf(FROM), before.indexOf(TO)];
  if (from === -1 || to === -1) throw new Error(`docs/${name} has no ${FROM} ... ${TO} where its tables belong`);
  const text = `${before.slice(0, from)}${FROM}\n\n${tables}\n${before.slice(to)}`;
  const after = await format(text, { parser: 'markdown', printWidth: 120 });
  if (!isToCheck) {
    writeFileSync(file, after);
    console.log(`written to docs/${name}`);
    return;
  }
  if (after !== before) throw new Error(`docs/${name} says something else than was counted: ${command}`);
  console.log(`docs/${name} says what was counted`);
}
