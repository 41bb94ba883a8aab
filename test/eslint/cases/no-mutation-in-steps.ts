import { type Cases, inWorkflow } from './case.ts';

const changed = (body: string) => ({ code: inWorkflow(body), errors: [{ messageId: 'changed' }] });

export const noMutationInSteps: Cases = {
  valid: [
    { name: 'a result', code: inWorkflow(`let total = 0; total = yield* step('count', () => 5); return total;`) },
    {
      name: 'a variable of the body',
      code: inWorkflow(
        `yield* step('count', () => { let n = 0; for (const x of input) n += x; const all = []; all.push(n); return all; });`,
      ),
    },
    {
      name: 'a parameter of the body',
      code: inWorkflow(`yield* step('a', (context) => { context = undefined; return context; });`),
    },
    { name: 'a copy', code: inWorkflow(`const list = [3, 1]; return yield* step('sort', () => [...list].sort());`) },
    {
      name: 'what only reads',
      code: inWorkflow(
        `const list = [3, 1]; return yield* step('first', () => list.map((n) => n + 1).concat(list.slice()));`,
      ),
    },
    {
      name: 'a variable of a test around it',
      code: `import { step, workflow } from 'lull';\ntest('x', () => {\n  const done = [];\n  const w = workflow('w', function* () { yield* step('a', () => void done.push(1)); });\n});`,
    },
    {
      name: 'a variable of the module',
      code: inWorkflow(`yield* step('a', () => void (calls += 1));`, `let calls = 0;\n`),
    },
    {
      name: 'workflow code itself',
      code: inWorkflow(
        `let n = 0; const list = []; for (const x of input) { n += x; list.push(yield* step('a', () => x)); } return { n, list };`,
      ),
    },
    {
      name: 'a service that has such methods',
      code: inWorkflow(`yield* step('a', () => cache.set('x', 1));`, `import { cache } from './cache.js';\n`),
    },
    {
      name: 'a service in a variable',
      code: inWorkflow(
        `const cache = open(); yield* step('a', () => cache.set('x', 1));`,
        `import { open } from './cache.js';\n`,
      ),
    },
    {
      name: 'a coroutine of its own',
      code: inWorkflow(
        `const lost = []; const slow = function* () { try { yield* sleep(1); } finally { lost.push('slow'); } }; yield* race([slow()]); return lost;`,
      ),
    },
  ],
  invalid: [
    { name: 'a variable', ...changed(`let total = 0; yield* step('count', () => void (total = 5)); return total;`) },
    {
      name: 'a counter',
      ...changed(`let n = 0; yield* step('count', { retry: false }, async () => { n++; }); return n;`),
    },
    {
      name: 'a property',
      ...changed(`const order = {}; yield* step('pay', () => { order.paid = true; }); return order;`),
    },
    { name: 'the input', ...changed(`yield* step('pay', () => { input.paid = true; });`) },
    { name: 'an array', ...changed(`const all = []; yield* step('a', () => { all.push(1); }); return all;`) },
    { name: 'a map', ...changed(`const all = new Map(); yield* step('a', () => { all.set(1, 1); }); return all;`) },
    { name: 'taken apart', ...changed(`let a; yield* step('a', () => { [a] = [1]; }); return a;`) },
    { name: 'deleted', ...changed(`yield* step('a', () => { delete input.x; });`) },
    {
      name: 'in a function of the body',
      ...changed(`let n = 0; yield* step('a', () => { [1].forEach((x) => { n += x; }); }); return n;`),
    },
    {
      name: 'a body with a name',
      ...changed(`let n = 0; const body = () => { n += 1; }; yield* step('a', body); return n;`),
    },
  ],
};
