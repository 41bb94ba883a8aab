/** Each planted bug quotes the source: a change of the code that the quotation does not follow is seen here at once. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { plantedBugs } from './planted/all-bugs.ts';
import { plant } from './planted/planted-bug.ts';

test.each(plantedBugs)('the planted bug "$name" fits its file', (bug) => {
  const source = readFileSync(bug.file, 'utf8');
  expect(plant(bug, source)).not.toBe(source);
});
