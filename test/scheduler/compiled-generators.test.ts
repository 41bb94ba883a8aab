/** lull's own generators in which runs wait, and the compiler that makes such generators storable. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileModule } from '../../lib/frames/compiler/compile-module.ts';
import { ownGenerators } from './own-generators.ts';

const files = [...new Set(ownGenerators.map((known) => known.split(' ')[0] ?? ''))];

it.each(files)('the compiler takes all generators of %s', (file) => {
  const source = readFileSync(new URL(`../../lib/${file}`, import.meta.url), 'utf8');
  expect(compileModule(source, { fileName: file, moduleId: `lull/${file}`, runtime: 'runtime' })).toMatchObject({
    kind: 'compiled',
    left: [],
  });
});
