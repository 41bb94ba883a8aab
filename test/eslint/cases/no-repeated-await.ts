import { type Cases, inWorkflow } from './case.ts';

const pay = `function* pay() { yield* x; }\n`;

export const noRepeatedAwait: Cases = {
  valid: [
    { name: 'once', code: inWorkflow(`const c = pay(); yield* c;`, pay) },
    { name: 'two calls', code: inWorkflow(`yield* pay(); yield* pay();`, pay) },
    { name: 'a task', code: inWorkflow(`const t = createTask(pay()); yield* t; yield* t;`, pay) },
    { name: 'either or', code: inWorkflow(`const c = pay(); if (input) yield* c; else yield* timeout('1s', c);`, pay) },
    { name: 'made in the loop', code: inWorkflow(`for (const n of input) { const c = pay(n); yield* c; }`, pay) },
    { name: 'a loop that ends', code: inWorkflow(`const c = pay(); for (;;) { yield* c; break; }`, pay) },
    { name: 'made again', code: inWorkflow(`let c = pay(); yield* c; c = pay(); yield* c;`, pay) },
    {
      name: 'an iterator',
      code: inWorkflow(
        `const c = ids(); for (const n of c) yield* sleep(n); for (const n of c) yield* sleep(n);`,
        `function* ids() { yield 1; }\n`,
      ),
    },
    {
      name: 'a function that is called twice',
      code: inWorkflow(`const c = () => pay(); yield* c(); yield* c();`, pay),
    },
    { name: 'gathered under two names', code: inWorkflow(`const c = pay(); yield* gather({ a: c, b: c });`, pay) },
  ],
  invalid: [
    { name: 'twice', code: inWorkflow(`const c = pay(); yield* c; yield* c;`, pay), errors: [{ messageId: 'twice' }] },
    {
      name: 'an inline workflow',
      code: inWorkflow(
        `const c = other(); const a = yield* c; return [a, yield* c];`,
        `import { workflow as make } from 'lull';\nconst other = make('o', function* () { return 1; });\n`,
      ),
      errors: [{ messageId: 'twice' }],
    },
    {
      name: 'a task of it, and it',
      code: inWorkflow(`const c = pay(); createTask(c); yield* c;`, pay),
      errors: [{ messageId: 'twice' }],
    },
    {
      name: 'a loop',
      code: inWorkflow(`const c = pay(); for (const n of input) yield* c;`, pay),
      errors: [{ messageId: 'loop' }],
    },
  ],
};
