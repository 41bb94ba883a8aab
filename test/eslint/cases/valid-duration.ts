import { type Cases, importLull, inWorkflow } from './case.ts';

const invalid = (code: string, suggestions?: number) => ({
  code,
  errors: [{ messageId: 'invalid', ...(suggestions === undefined ? {} : { suggestions }) }],
});

export const validDuration: Cases = {
  valid: [
    {
      name: 'texts',
      code: inWorkflow(
        `yield* sleep('30s'); yield* sleep('0.5s'); yield* sleep('1h 30m'); yield* sleep('2 weeks'); yield* sleep(\`3 days\`);`,
      ),
    },
    {
      name: 'numbers and parts',
      code: inWorkflow(`yield* sleep(0); yield* sleep(500); yield* sleep({ minutes: 5, seconds: 30 });`),
    },
    { name: 'no limit', code: inWorkflow(`yield* timeout(null, sleep(1));`) },
    {
      name: 'what is only known later',
      code: inWorkflow(
        `yield* sleep(input); yield* sleep(\`\${input} days\`); yield* sleep({ days: input }); yield* sleep('1 ' + input);`,
      ),
    },
    { name: 'the result of a sleep', code: inWorkflow(`return yield* sleep('1s', 'no duration');`) },
    { name: 'the name of a step', code: inWorkflow(`yield* step('3 dayz', () => 1);`) },
    { name: 'another sleep', code: `import { sleep } from 'other';\nsleep('3 dayz');` },
    {
      name: 'options',
      code: inWorkflow(`yield* step('a', { timeout: '30s', retry: { firstDelay: '1s', maxDelay: '1m' } }, () => 1);`),
    },
    {
      name: 'options that are spread',
      code: inWorkflow(`yield* step('a', { ...input, timeout: input.timeout }, () => 1);`),
    },
  ],
  invalid: [
    {
      name: 'a slip',
      code: inWorkflow(`yield* sleep('3 dayz');`),
      errors: [
        {
          messageId: 'invalid',
          suggestions: [
            { messageId: 'unit', data: { text: `'3 days'` }, output: inWorkflow(`yield* sleep('3 days');`) },
          ],
        },
      ],
    },
    { name: 'no unit', ...invalid(inWorkflow(`yield* sleep('30');`)) },
    { name: 'empty', ...invalid(inWorkflow(`yield* sleep('');`)) },
    { name: 'negative', ...invalid(inWorkflow(`yield* sleep(-5);`)) },
    { name: 'months', ...invalid(inWorkflow(`yield* sleep('3 months');`)) },
    { name: 'a unit in capitals', ...invalid(inWorkflow(`yield* sleep('3 Days');`), 1) },
    { name: 'an unknown part', ...invalid(inWorkflow(`yield* sleep({ weeks: 1 });`)) },
    { name: 'timeout', ...invalid(inWorkflow(`yield* timeout('7 dys', sleep(1));`), 1) },
    { name: 'waitFor', ...invalid(inWorkflow(`yield* waitFor(sleep(1), 'soon');`)) },
    { name: 'an option of a step', ...invalid(inWorkflow(`yield* step('a', { timeout: '30 sek' }, () => 1);`)) },
    {
      name: 'an option of a retry',
      ...invalid(inWorkflow(`yield* step('a', { retry: { firstDelay: '1' } }, () => 1);`)),
    },
    {
      name: 'an option of a workflow',
      ...invalid(
        importLull('workflow') + `workflow('w', { timeout: '2 hourz', steps: { retry: false } }, function* () {});`,
        1,
      ),
    },
    {
      name: 'steps of a workflow',
      ...invalid(importLull('workflow') + `workflow('w', { steps: { timeout: 'x' } }, function* () {});`),
    },
    { name: 'an error', ...invalid(importLull('RetryAfterError') + `throw new RetryAfterError('later');`) },
    {
      name: 'the clock of a test',
      ...invalid(
        `import { createTestEngine } from 'lull/testing';\nconst engine = createTestEngine({ workflows: [] });\nengine.advance('31 dayz');`,
        1,
      ),
    },
  ],
};
