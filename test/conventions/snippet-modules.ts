import type { Plugin } from 'vitest/config';

const prefix = 'virtual:snippet:';

/**
 * Lets a test import the block of a document as a module: `import('virtual:snippet:docs/testing.md:42')`. Blocks of one
 * document import each other by the names that they give themselves.
 */
export function snippetModules(root: string): Plugin {
  return {
    name: 'snippet-modules',
    async resolveId(id, importer) {
      if (id.startsWith(prefix)) return `\0${id}`;
      if (!importer?.startsWith(`\0${prefix}`) || !id.startsWith('./')) return undefined;
      const { readMarkdownSnippets } = await import('./markdown-snippets.ts');
      const [, document = ''] = /^(.*):\d+$/.exec(importer.slice(prefix.length + 1)) ?? [];
      const found = readMarkdownSnippets(root).find(
        ({ file, fileName }) => file === document && `./${fileName}` === id,
      );
      return found && `\0${prefix}${document}:${found.line}`;
    },
    async load(id) {
      if (!id.startsWith(`\0${prefix}`)) return undefined;
      // Loaded only here: most test runs have no use for TypeScript's parser.
      const [{ default: ts }, { readMarkdownSnippets, snippetModule }] = await Promise.all([
        import('typescript'),
        import('./markdown-snippets.ts'),
      ]);
      const place = id.slice(prefix.length + 1);
      const snippet = readMarkdownSnippets(root).find(({ file, line }) => `${file}:${line}` === place);
      if (!snippet) throw new Error(`There is no block of TypeScript at ${place}.`);
      return ts.transpileModule(snippetModule(snippet), {
        compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
      }).outputText;
    },
  };
}
