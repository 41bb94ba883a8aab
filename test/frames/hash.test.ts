/** The code of a module has another name when any of its text is another. */
import { expect, test } from 'vitest';
import { compileModule } from '../../lib/frames/compiler/compile-module.ts';

function hashIn(source: string): string | undefined {
  const compiled = compileModule(source, { fileName: 'module.ts', moduleId: 'module', runtime: 'runtime' });
  return compiled.kind === 'compiled' ? /beginModule\("module", "(\S+)"\)/.exec(compiled.code)?.[1] : undefined;
}

test('the name of code tells sources apart that differ in white space within a text', () => {
  const names = ['one two', 'one  two', 'one\\ttwo'].map((text) => hashIn(`function* main() { yield "${text}"; }`));
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(3);
  expect(hashIn('function* main() { yield "one two"; }')).toBe(names[0]);
});
