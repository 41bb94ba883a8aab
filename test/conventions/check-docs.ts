// The check `docs`: every snippet in the documents and every example in a docstring compiles, nothing public is without
// its docstring, and the reference is what the docstrings say.

import { join } from 'node:path';
import { exampleModule, readDocstringExamples } from './docstring-example.ts';
import { docstringsMissing } from './docstrings.ts';
import { readMarkdownSnippets, snippetModule } from './markdown-snippets.ts';
import { readDoors } from './public-names.ts';
import { stalePages } from './reference/reference.ts';
import { typeErrorsOf } from './virtual-program.ts';

const root = join(import.meta.dirname, '../..');
const doors = readDoors(root);
const snippets = readMarkdownSnippets(root);
const { examples, problems: unreadable } = readDocstringExamples(root);

const problems = [
  ...unreadable,
  ...docstringsMissing(root, doors),
  ...stalePages(root),
  ...typeErrorsOf(root, [
    ...snippets.map((snippet) => ({
      path: `${snippet.file}.snippets/${snippet.fileName}`,
      text: snippetModule(snippet),
      shownAs: snippet.file,
      line: snippet.line,
    })),
    ...examples.map((example) => ({
      path: `${example.file}.examples/line-${example.line}.ts`,
      text: exampleModule(example, doors),
      shownAs: example.file,
      line: example.line,
    })),
  ]),
];

for (const problem of problems) console.error(problem);
console.log(`${snippets.length} snippets and ${examples.length} examples, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
