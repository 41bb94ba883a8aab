import { type Cases, inWorkflow } from './case.ts';

export const noOutsideState: Cases = {
  valid: [
    { name: 'a variable of the workflow', code: inWorkflow(`let n = 0; n += 1; yield* sleep(n);`) },
    { name: 'a variable of the module that is read', code: inWorkflow(`yield* sleep(limit);`, `const limit = 5;\n`) },
    { name: 'changed by a step', code: inWorkflow(`yield* step('a', () => { calls += 1; });`, `let calls = 0;\n`) },
    {
      name: 'changed beside the workflow',
      code: inWorkflow(`yield* sleep(1);`, `let calls = 0;\nexport function reset() { calls = 0; }\n`),
    },
    {
      name: 'a test',
      code: `import { step, workflow } from 'lull';\ntest('x', () => {\n  let seen = 0;\n  const w = workflow('w', function* () { seen += 1; });\n});`,
    },
  ],
  invalid: [
    {
      name: 'a counter',
      code: inWorkflow(`calls += 1; yield* sleep(1);`, `let calls = 0;\n`),
      errors: [{ messageId: 'changed' }],
    },
    {
      name: 'a property',
      code: inWorkflow(`cache[input] = yield* step('a', () => 1);`, `const cache = {};\n`),
      errors: [{ messageId: 'changed' }],
    },
    {
      name: 'in a helper',
      code: inWorkflow(`next(); yield* sleep(1);`, `let n = 0;\nfunction next() { return n++; }\n`),
      errors: [{ messageId: 'changed' }],
    },
  ],
};
