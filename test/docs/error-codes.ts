/** Finds every code that an error of lull can have, in the source. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CODE = `'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)'`;

/** Where a code stands: given to a constructor, set as a field, or as a member of a union that is named a code. */
const PLACES = [
  new RegExp(`(?:super|new \\w*Error|problemOf)\\(\\s*${CODE}`, 'g'),
  new RegExp(`\\bcode(?: =|:) ${CODE}`, 'g'),
  new RegExp(`\\brefuse\\(\\s*${CODE}`, 'g'),
];
const UNION = /type \w*Code =([^;]*);/g;

export function errorCodesIn(folder: string): ReadonlySet<string> {
  const codes = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const source = readFileSync(join(folder, name), 'utf8');
    for (const place of PLACES) for (const [, code] of source.matchAll(place)) codes.add(code!);
    for (const [, members] of source.matchAll(UNION)) {
      for (const [, code] of members!.matchAll(new RegExp(CODE, 'g'))) codes.add(code!);
    }
  }
  return codes;
}
