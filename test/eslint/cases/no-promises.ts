import { type Cases, importLull, inWorkflow } from './case.ts';

export const noPromises: Cases = {
  valid: [
    { name: 'a step that is async', code: inWorkflow(`yield* step('a', async () => { await fetch('x'); });`) },
    {
      name: 'a step with options',
      code: inWorkflow(`yield* step('a', { retry: false }, async ({ signal }) => { await fetch('x', { signal }); });`),
    },
    {
      name: 'a step of defineStep',
      code: inWorkflow(
        `yield* charge(input);`,
        `import { defineStep } from 'lull';\nconst charge = defineStep('charge', async (order) => { await Promise.all([order]); return order; });\n`,
      ),
    },
    {
      name: 'an async function that steps use',
      code: inWorkflow(`yield* step('a', () => load(input));`, `async function load(id) { return await fetch(id); }\n`),
    },
    {
      name: 'the same, by its name',
      code: inWorkflow(`yield* step('a', load);`, `async function load() { return await fetch('x'); }\n`),
    },
    {
      name: 'a promise within a step',
      code: inWorkflow(`yield* step('a', () => new Promise((done) => setTimeout(done, 1)));`),
    },
    {
      name: 'a poll',
      code: inWorkflow(`yield* poll('a', { until: Boolean, every: '1m' }, async () => await fetch('x'));`),
    },
    {
      name: 'an undo',
      code: inWorkflow(`yield* step('a', { undo: async () => { await fetch('x'); } }, async () => 1);`),
    },
    {
      name: 'code beside the workflow',
      code:
        importLull('workflow') +
        `const w = workflow('w', function* () { return 1; });\nexport async function main() { await engine.run(w).then((x) => x); }`,
    },
    {
      name: 'a handler that is given to another library',
      code: inWorkflow(
        `const run = durable('a', async () => { await 1; }); yield* run;`,
        `import { durable } from './durable.js';\n`,
      ),
    },
    { name: 'a race of lull', code: inWorkflow(`yield* race([sleep(1), sleep(2)]);`) },
    { name: 'a method that is named so', code: inWorkflow(`return input.then('x');`) },
  ],
  invalid: [
    {
      name: 'an async workflow',
      code: importLull('workflow') + `export const w = workflow('w', async () => { await 1; });`,
      errors: [{ messageId: 'asyncCode' }],
    },
    {
      name: 'an async generator',
      code: importLull('workflow') + `export const w = workflow('w', async function* () { await 1; });`,
      errors: [{ messageId: 'asyncCode' }],
    },
    {
      name: 'an async saga',
      code: inWorkflow(`yield* saga(async () => undefined);`),
      errors: [{ messageId: 'asyncCode' }],
    },
    {
      name: 'a forgotten promise',
      code: inWorkflow(`void notify(); yield* sleep('1h');`, `const notify = async () => { await fetch('x'); };\n`),
      errors: [{ messageId: 'asyncFunction' }],
    },
    {
      name: 'new Promise',
      code: inWorkflow(`return new Promise(() => undefined);`),
      errors: [{ messageId: 'promise' }],
    },
    { name: 'Promise.all', code: inWorkflow(`return Promise.all([1]);`), errors: [{ messageId: 'promise' }] },
    {
      name: 'then',
      code: inWorkflow(`load().then((x) => x);`, `import { load } from './load.js';\n`),
      errors: [{ messageId: 'promise' }],
    },
    {
      name: 'a map to promises',
      code: inWorkflow(`const all = input.map(async (x) => x); yield* sleep(1);`),
      errors: [{ messageId: 'asyncFunction' }],
    },
    {
      name: 'in a helper',
      code: inWorkflow(`yield* pay();`, `function* pay() { return Promise.resolve(1); }\n`),
      errors: [{ messageId: 'promise' }],
    },
    {
      name: 'in a plain helper',
      code: inWorkflow(`return later(); yield* sleep(1);`, `function later() { return Promise.resolve(1); }\n`),
      errors: [{ messageId: 'promise' }],
    },
  ],
};
