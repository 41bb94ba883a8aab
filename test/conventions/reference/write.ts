/** `npm run docs`: writes the reference. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REFERENCE, referencePages } from './reference.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, REFERENCE);
const pages = referencePages(root);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of pages) writeFileSync(join(folder, name), text);
console.log(`${pages.size} pages in ${REFERENCE}`);
