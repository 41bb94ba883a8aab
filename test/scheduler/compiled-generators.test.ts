/** lull's own generators in which runs wait, and the compiler that makes such generators storable. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileModule } from '../../lib/frames/compiler/compile-module.ts';
import { leftGenerators, ownGenerators } from './own-generators.ts';

const files = [...new Set(ownGenerators.map((known) => known.split(' ')[0] ?? ''))];

it('the compiler takes them all, but those that use private names of their class', () => {
  const left: string[] = [];
  for (const file of files) {
    const source = readFileSync(new URL(`../../lib/${file}`, import.meta.url), 'utf8');
    const compiled = compileModule(source, { fileName: file, moduleId: `lull/${file}`, runtime: 'runtime' });
    if (compiled.kind === 'refused') throw new Error(`${file}: ${JSON.stringify(compiled.problems)}`);
    for (const { name, reason } of compiled.left) {
      left.push(`${file} ${name || '[Symbol.iterator]'}`);
      expect(reason).toMatch(/^it uses `#\w+`$/);
    }
  }
  expect(left.sort()).toEqual([...leftGenerators].sort());
});
