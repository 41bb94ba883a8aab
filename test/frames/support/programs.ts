/** The programs of `fixtures/programs.txt`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface NamedProgram {
  readonly name: string;
  readonly source: string;
  /** Its frames hold something that cannot be stored. */
  readonly isRefused: boolean;
}

export function namedPrograms(): NamedProgram[] {
  const text = readFileSync(join(import.meta.dirname, '../fixtures/programs.txt'), 'utf8');
  const parts = text.split(/^\/\/# /m).slice(1);
  return parts.map((part) => {
    const [head = '', ...lines] = part.split('\n');
    return { name: head.trim(), source: lines.join('\n'), isRefused: head.startsWith('reject:') };
  });
}
