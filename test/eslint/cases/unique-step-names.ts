import { type Cases, importLull, inWorkflow } from './case.ts';

export const uniqueStepNames: Cases = {
  valid: [
    { name: 'other names', code: inWorkflow(`yield* step('a', () => 1); yield* step('b', () => 2);`) },
    { name: 'a loop', code: inWorkflow(`for (const n of input) yield* step('a', () => n);`) },
    { name: 'mapped', code: inWorkflow(`yield* gather(input.map((n) => step('a', () => n)));`) },
    {
      name: 'calls of one step',
      code: inWorkflow(
        `yield* mail('a'); yield* mail('b');`,
        `import { defineStep } from 'lull';\nconst mail = defineStep('mail', (x) => x);\n`,
      ),
    },
    {
      name: 'names that are computed',
      code: inWorkflow(`yield* step(\`a \${input}\`, () => 1); yield* step(\`a \${input}\`, () => 2);`),
    },
    {
      name: 'branches',
      code: inWorkflow(`if (input) yield* step('mail', () => 1); else yield* step('mail', () => 2);`),
    },
    {
      name: 'branches of an expression',
      code: inWorkflow(`return yield* input ? step('mail', () => 1) : step('mail', () => 2);`),
    },
    {
      name: 'cases',
      code: inWorkflow(
        `switch (input) { case 1: yield* step('mail', () => 1); break; default: yield* step('mail', () => 2); }`,
      ),
    },
    {
      name: 'tried and handled',
      code: inWorkflow(
        `try { yield* step('mail', () => 1); } catch (e) { if (isCancelled(e)) throw e; yield* step('mail', () => 2); }`,
      ),
    },
    {
      name: 'an early return',
      code: inWorkflow(`if (input) { yield* step('mail', () => 1); return; }\n  yield* step('mail', () => 2);`),
    },
    {
      name: 'two workflows',
      code:
        importLull('workflow step') +
        `workflow('a', function* () { yield* step('mail', () => 1); });\nworkflow('b', function* () { yield* step('mail', () => 2); });`,
    },
    {
      name: 'a function within',
      code: inWorkflow(
        `const pay = function* () { yield* step('pay', () => 1); }; yield* pay(); yield* step('pay', () => 2);`,
      ),
    },
    {
      name: 'keys',
      code: inWorkflow(`yield* step('a', { key: 'x' }, () => 1); yield* step('a', { key: 'y' }, () => 2);`),
    },
  ],
  invalid: [
    {
      name: 'one after the other',
      code: inWorkflow(`yield* step('a', () => 1); yield* step('a', () => 2);`),
      errors: [{ messageId: 'step', line: 4 }],
    },
    {
      name: 'gathered',
      code: inWorkflow(`yield* gather([step('a', () => 1), step('a', () => 2)]);`),
      errors: [{ messageId: 'step' }],
    },
    {
      name: 'after a branch',
      code: inWorkflow(`if (input) { yield* step('a', () => 1); }\n  yield* step('a', () => 2);`),
      errors: [{ messageId: 'step' }],
    },
    {
      name: 'after what is tried',
      code: inWorkflow(`try { yield* step('a', () => 1); } finally { yield* step('a', () => 2); }`),
      errors: [{ messageId: 'step' }],
    },
    {
      name: 'definitions',
      code:
        importLull('defineStep') +
        `const a = defineStep('mail', () => 1);\nconst b = defineStep('mail', () => 2);\nexport { a, b };`,
      errors: [{ messageId: 'definition' }],
    },
  ],
};
