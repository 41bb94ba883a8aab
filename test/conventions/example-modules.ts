import type { Plugin } from 'vitest/config';

const prefix = 'virtual:example:';

/** Lets a test import the example of a docstring as a module: `import('virtual:example:lib/api/sleep.ts:12')`. */
export function exampleModules(root: string): Plugin {
  return {
    name: 'example-modules',
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${prefix}`)) return undefined;
      // Loaded only here: most test runs have no use for TypeScript's parser.
      const [{ default: ts }, { exampleModule, readDocstringExamples }, { readDoors }] = await Promise.all([
        import('typescript'),
        import('./docstring-example.ts'),
        import('./public-names.ts'),
      ]);
      const place = id.slice(prefix.length + 1);
      const example = readDocstringExamples(root).examples.find(({ file, line }) => `${file}:${line}` === place);
      if (!example) throw new Error(`There is no example at ${place}.`);
      return ts.transpileModule(exampleModule(example, readDoors(root)), {
        compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
      }).outputText;
    },
  };
}
