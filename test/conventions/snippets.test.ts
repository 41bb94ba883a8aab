import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exampleModule, examplesOf } from './docstring-example.ts';
import { snippetModule, snippetsOf } from './markdown-snippets.ts';
import type { Door } from './public-names.ts';
import { freeNames, hasTopLevelYield } from './snippet-names.ts';
import { typeErrorsOf } from './virtual-program.ts';

const root = join(import.meta.dirname, '../..');

const fence = '```';

describe('snippets of a document', () => {
  test('are all its ts blocks but those that say ignore', () => {
    const text = `# A\n\n${fence}ts\nconst a = 1;\n${fence}\n\n${fence}ts ignore\nelse\n${fence}\n\n${fence}sh\nls\n${fence}\n`;
    expect(snippetsOf('README.md', text).map(({ code, line }) => ({ code, line }))).toEqual([
      { code: 'const a = 1;', line: 4 },
    ]);
  });

  test('may build on code that the document does not show', () => {
    const text = `<!-- given\ndeclare const a: number; // a number\n-->\n\n${fence}ts\na.toFixed();\n${fence}\n`;
    const [snippet] = snippetsOf('README.md', text);
    expect(snippetModule(snippet!)).toBe('declare const a: number;   export {};\na.toFixed();\n');
  });

  test('may import each other by the file names that they give', () => {
    const text = `${fence}ts sum.ts\nexport const sum: number = 2;\n${fence}\n${fence}ts\nimport { sum } from './sum.ts';\nsum.length;\n${fence}\n`;
    const modules = snippetsOf('README.md', text).map((snippet) => ({
      path: `README.md.snippets/${snippet.fileName}`,
      text: snippetModule(snippet),
      shownAs: 'README.md',
      line: snippet.line,
    }));
    expect(typeErrorsOf(root, modules)).toEqual(["README.md:6: Property 'length' does not exist on type 'number'."]);
  }, 60_000);

  test('say nothing after ts but a file name or ignore', () => {
    expect(() => snippetsOf('docs/a.md', `${fence}ts whatever\n${fence}\n`)).toThrow("docs/a.md:1: 'ts whatever'");
  });

  test('are closed', () => {
    expect(() => snippetsOf('docs/a.md', `${fence}ts\n`)).toThrow('docs/a.md:1: this block is never closed');
  });
});

describe('examples of docstrings', () => {
  const doors: Door[] = [
    { specifier: 'lull', file: 'lib/index.ts', names: ['workflow', 'sleep', 'gather'].map(publicName) },
    { specifier: 'lull/local', file: 'lib/local/index.ts', names: [publicName('run')] },
  ];

  test('are found with the line on which their code begins', () => {
    const text = `export {};\n/**\n * Sums.\n *\n * @example\n * ${fence}ts\n * sum(1, 1); // => 2\n * ${fence}\n */`;
    expect(examplesOf('lib/api/sum.ts', text).examples).toEqual([
      { file: 'lib/api/sum.ts', line: 7, code: 'sum(1, 1); // => 2', runs: true },
    ]);
  });

  test('are fenced', () => {
    const text = '/**\n * @example sum(1, 1)\n */';
    const problem = 'lib/api/sum.ts:2: an @example is followed by a block fenced with ```ts.';
    expect(examplesOf('lib/api/sum.ts', text)).toEqual({ examples: [], problems: [problem] });
  });

  test('get the public names that they use and do not declare', () => {
    const code = 'const gather = { run: 1 };\nconst nap = workflow("nap", function* () { yield* sleep(1); });';
    const module = exampleModule({ file: 'lib/api/sleep.ts', line: 1, code, runs: true }, doors);
    const [head] = module.split('\n');
    expect(head).toContain("import { workflow } from 'lull';");
    expect(head).toContain("import { sleep } from 'lull';");
    expect(head).not.toContain('gather');
    expect(head).not.toContain('run');
  });

  test('that await at the top are the body of a workflow, and others are not', () => {
    expect(hasTopLevelYield("yield* sleep('1s');")).toBe(true);
    expect(hasTopLevelYield("if (x) { const a = yield* sleep('1s'); }")).toBe(true);
    expect(hasTopLevelYield('const f = function* () { yield* sleep(1); };')).toBe(false);
  });

  test('keep the lines of their code, with assertions in them', () => {
    const module = exampleModule(
      { file: 'lib/api/sleep.ts', line: 1, code: 'const a = 1;\na + 1; // => 2', runs: true },
      doors,
    );
    expect(module.split('\n').slice(1, 3)).toEqual(['const a = 1;', '__seen.push([1, await (a + 1), 2]);']);
  });

  test('need no name that only their objects have', () => {
    expect([...freeNames('a.b({ c: d, e });')].sort()).toEqual(['a', 'd', 'e']);
  });
});

function publicName(name: string): Door['names'][number] {
  return { name, isType: false, file: 'lib/api/any.ts', localName: name };
}
