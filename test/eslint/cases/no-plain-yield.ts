import { type Cases, importLull, inWorkflow } from './case.ts';

export const noPlainYield: Cases = {
  valid: [
    { name: 'with its star', code: inWorkflow(`yield* sleep('1s');`) },
    {
      name: 'an iterator that a workflow uses',
      code: inWorkflow(`for (const n of ids()) yield* sleep(n);`, `function* ids() { yield 1; yield 2; }\n`),
    },
    {
      name: 'an iterator within a workflow',
      code: inWorkflow(`const ids = function* () { yield 1; }; for (const n of ids()) yield* sleep(n);`),
    },
    {
      name: 'an iterator that is mapped',
      code: inWorkflow(`yield* gather(Array.from(ids(), (n) => sleep(n)));`, `function* ids() { yield 1; }\n`),
    },
    {
      name: 'an iterator that delegates',
      code: importLull('sleep') + `function* more() { yield 1; }\nfunction* ids() { yield* more(); yield 2; }\n`,
    },
    { name: 'an iterator in a step', code: inWorkflow(`yield* step('a', () => [...(function* () { yield 1; })()]);`) },
    { name: 'a file without lull', code: `function* f() { yield sleep('1s'); }` },
    {
      name: 'an iterable given to batch',
      code: inWorkflow(`yield* batch(items(), (n) => step('a', () => n));`, `function* items() { yield 1; }\n`),
    },
    {
      name: 'a spread iterator',
      code: inWorkflow(`yield* batch([...items()], (n) => step('a', () => n));`, `function* items() { yield 1; }\n`),
    },
  ],
  invalid: [
    {
      name: 'a sleep',
      code: inWorkflow(`yield sleep('1s');`),
      output: inWorkflow(`yield* sleep('1s');`),
      errors: [{ messageId: 'plain' }],
    },
    {
      name: 'a step of another file',
      code: inWorkflow(`yield mail(input);`, `import { mail } from './mail.js';\n`),
      errors: [
        {
          messageId: 'plain',
          suggestions: [
            { messageId: 'addStar', output: inWorkflow(`yield* mail(input);`, `import { mail } from './mail.js';\n`) },
          ],
        },
      ],
    },
    { name: 'nothing', code: inWorkflow(`yield;`), errors: [{ messageId: 'plain' }] },
    {
      name: 'in a helper',
      code: inWorkflow(`yield* pay();`, `function* pay() { yield charge(); }\n`),
      errors: [{ messageId: 'plain', suggestions: 1 }],
    },
    {
      name: 'in a helper that is made a task',
      code: inWorkflow(`createTask(pay());`, `function* pay() { yield charge(); }\n`),
      errors: [{ messageId: 'plain', suggestions: 1 }],
    },
    {
      name: 'in a helper that is gathered',
      code: inWorkflow(`yield* gather([1].map(pay));`, `function* pay() { yield charge(); }\n`),
      errors: [{ messageId: 'plain', suggestions: 1 }],
    },
    {
      name: 'by its type',
      code:
        importLull('sleep') +
        `import type { Coroutine } from 'lull';\nexport function* f(): Coroutine<void> { yield sleep(1); }`,
      output:
        importLull('sleep') +
        `import type { Coroutine } from 'lull';\nexport function* f(): Coroutine<void> { yield* sleep(1); }`,
      errors: [{ messageId: 'plain' }],
    },
    {
      name: 'in a saga',
      code: inWorkflow(`yield* saga(function* (s) { yield step('a', () => 1); });`),
      output: inWorkflow(`yield* saga(function* (s) { yield* step('a', () => 1); });`),
      errors: [{ messageId: 'plain' }],
    },
  ],
};
