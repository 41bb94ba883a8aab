import { type Cases, importLull, inWorkflow } from './case.ts';

const floating = (body: string, suggestions: number | undefined = 1, imports = '') => ({
  code: inWorkflow(body, imports),
  errors: [{ messageId: 'floating', ...(suggestions ? { suggestions } : {}) }],
});

export const noFloatingAwaitables: Cases = {
  valid: [
    { name: 'awaited', code: inWorkflow(`yield* sleep('1s');`) },
    { name: 'a task at the side', code: inWorkflow(`createTask(sleep('1s')); yield* sleep(0);`) },
    { name: 'a name for later', code: inWorkflow(`const later = sleep('1s'); yield* later;`) },
    { name: 'gathered', code: inWorkflow(`yield* gather([sleep('1s'), step('a', () => 1)]);`) },
    { name: 'gathered by name', code: inWorkflow(`yield* gather({ a: sleep('1s'), b: step('b', () => 1) });`) },
    { name: 'raced', code: inWorkflow(`return yield* race({ a: sleep('1s'), b: sleep('2s') });`) },
    { name: 'waited for', code: inWorkflow(`const t = createTask(sleep('1s')); yield* wait([t], { timeout: '1h' });`) },
    { name: 'given to timeout', code: inWorkflow(`return yield* timeout('1h', sleep('1s'));`) },
    { name: 'shielded', code: inWorkflow(`yield* shield(step('a', () => 1));`) },
    {
      name: 'as completed',
      code: inWorkflow(`for (const next of asCompleted([sleep('1s'), sleep('2s')])) yield* next;`),
    },
    { name: 'returned', code: inWorkflow(`return sleep('1s');`) },
    {
      name: 'returned by a helper',
      code:
        importLull(`step workflow`) +
        `const pay = (order) => step('pay', () => order);\nexport const w = workflow('w', function* (o) { yield* pay(o); });`,
    },
    { name: 'mapped and gathered', code: inWorkflow(`yield* gather([1, 2].map((n) => step('a', () => n)));`) },
    {
      name: 'mapped to tasks',
      code: inWorkflow(
        `function* pay(n) { yield* sleep(n); }\nconst tasks = [1, 2].map((n) => createTask(pay(n))); yield* tasks[0];`,
      ),
    },
    {
      name: 'collected',
      code: inWorkflow(`const all = []; for (const n of [1, 2]) all.push(step('a', () => n)); yield* gather(all);`),
    },
    {
      name: 'an inline workflow',
      code:
        importLull('workflow') +
        `export const checkout = workflow('c', function* (o) { return o; });\nexport const w = workflow('w', function* (o) { return yield* checkout(o); });`,
    },
    {
      name: 'an inline workflow of another file',
      code: inWorkflow(`yield* checkout(input);`, `import { checkout } from './checkout.js';\n`),
    },
    {
      name: 'a plain call of another file',
      code: inWorkflow(`note(input); yield* sleep(1);`, `import { note } from './note.js';\n`),
    },
    {
      name: 'a plain function of this file',
      code: inWorkflow(`note(input); yield* sleep(1);`, `function note(x) { return x; }\n`),
    },
    {
      name: 'plain calls of lull',
      code: inWorkflow(`log.info('a'); const q = new Queue(); q.putNowait(1); yield* q.get();`),
    },
    {
      name: 'a done callback',
      code: inWorkflow(`const t = createTask(sleep('1s')); t.addDoneCallback(() => undefined); t.cancel(); yield* t;`),
    },
    {
      name: 'an undo',
      code: inWorkflow(
        `yield* saga(function* (s) { s.onFailure(step('undo', () => 1)); s.onFailure(function* () { yield* sleep(1); }); });`,
      ),
    },
    { name: 'a group', code: inWorkflow(`yield* taskGroup(function* (group) { group.createTask(sleep('1s')); });`) },
    { name: 'another sleep', code: `import { sleep } from 'other';\nfunction* f() { sleep('1s'); }` },
    { name: 'a generator without lull', code: `function* ids() { yield 1; }\nfunction* f() { ids(); }` },
    {
      name: 'an iterator in a loop',
      code: inWorkflow(`for (const id of ids()) yield* step('a' + id, () => id);`, `function* ids() { yield 1; }\n`),
    },
    {
      name: 'an iterator spread',
      code: inWorkflow(`yield* step('a', () => [...ids()]);`, `function* ids() { yield 1; }\n`),
    },
    {
      name: 'a token',
      code: inWorkflow(`const done = callback('done'); yield* step('ask', () => done.token); return yield* done;`),
    },
    { name: 'a test that calls it outside', code: importLull('sleep') + `expect(() => { sleep('1s'); }).toThrow();` },
    { name: 'a condition on a result', code: inWorkflow(`if (yield* step('a', () => true)) return 1;`) },
    {
      name: 'a name that hides the import',
      code: inWorkflow(`{ const sleep = () => 1; sleep('1s'); }`, `import 'lull';\n`),
    },
    { name: 'exported for others', code: importLull('signal sleep') + `export const nap = sleep;` },
  ],
  invalid: [
    { name: 'sleep', ...floating(`sleep('1s');`), output: null },
    { name: 'step', ...floating(`step('a', () => 1);`) },
    { name: 'void', ...floating(`void sleep('1s');`) },
    { name: 'a short circuit', ...floating(`input && sleep('1s');`) },
    { name: 'gather, whose errors are lost', ...floating(`gather([sleep('1s')]);`) },
    { name: 'race', ...floating(`race([sleep('1s')]);`) },
    {
      name: 'a step of defineStep',
      ...floating(
        `charge(input);`,
        1,
        `import { defineStep } from 'lull';\nconst charge = defineStep('charge', () => 1);\n`,
      ),
    },
    { name: 'a helper coroutine', ...floating(`pay(); yield* sleep(1);`, 1, `function* pay() { yield* x; }\n`) },
    { name: 'a helper in a constant', ...floating(`const pay = function* () { yield* sleep(1); }; pay();`) },
    {
      name: 'an inline workflow',
      ...floating(
        `other(input);`,
        1,
        `import { workflow as make } from 'lull';\nconst other = make('o', function* () { return 1; });\n`,
      ),
    },
    {
      name: 'a receive',
      ...floating(`paid.receive();`, 1, `import { signal } from 'lull';\nconst paid = signal('paid');\n`),
    },
    { name: 'a queue', ...floating(`const q = new Queue(); q.put(1);`) },
    { name: 'a child', ...floating(`const c = yield* startChild(input, 1); c.signal('go', 1);`) },
    { name: 'another run', ...floating(`getRun('r').signal('go', 1);`) },
    { name: 'never read', ...floating(`const pause = sleep('1s');`) },
    {
      name: 'the module as a whole',
      code: `import * as lull from 'lull';\nexport const w = lull.workflow('w', function* () { lull.sleep('1s'); });`,
      errors: [
        {
          messageId: 'floating',
          suggestions: [
            {
              messageId: 'addYield',
              output: `import * as lull from 'lull';\nexport const w = lull.workflow('w', function* () { yield* lull.sleep('1s'); });`,
            },
          ],
        },
      ],
    },
    {
      name: 'by another name',
      code: `import { sleep as nap, workflow } from 'lull';\nexport const w = workflow('w', function* () { nap('1s'); });`,
      errors: [{ messageId: 'floating', suggestions: 1 }],
    },
    {
      name: 'a module of CommonJS',
      code: `const { sleep, workflow } = require('lull');\nexports.w = workflow('w', function* () { sleep('1s'); });`,
      errors: [{ messageId: 'floating', suggestions: 1 }],
    },
    {
      name: 'a condition',
      code: inWorkflow(`if (step('a', () => false)) return 1;`),
      errors: [
        {
          messageId: 'usedAsValue',
          suggestions: [
            { messageId: 'addYield', output: inWorkflow(`if ((yield* step('a', () => false))) return 1;`) },
          ],
        },
      ],
    },
    {
      name: 'a sum',
      code: inWorkflow(`return 1 + step('a', () => 1);`),
      errors: [{ messageId: 'usedAsValue', suggestions: 1 }],
    },
    {
      name: 'a text',
      code: inWorkflow('return `${step("a", () => 1)}`;'),
      errors: [{ messageId: 'usedAsValue', suggestions: 1 }],
    },
    {
      name: 'taken apart',
      code: inWorkflow(`const { a } = gather({ a: sleep(1) }); return a;`),
      errors: [{ messageId: 'usedAsValue', suggestions: 1 }],
    },
    {
      name: 'forEach',
      code: inWorkflow(`[1, 2].forEach((n) => step('a', () => n));`),
      errors: [{ messageId: 'dropped' }],
    },
    {
      name: 'forEach of a generator',
      code: inWorkflow(`[1, 2].forEach(function* (n) { yield* sleep(n); });`),
      errors: [{ messageId: 'dropped' }],
    },
    {
      name: 'a map that is dropped',
      code: inWorkflow(`[1, 2].map(pay); yield* sleep(1);`, `function* pay() { yield* x; }\n`),
      errors: [{ messageId: 'dropped' }],
    },
    {
      name: 'in a function within',
      code: inWorkflow(`[1].forEach((n) => { sleep(n); });`),
      errors: [{ messageId: 'floating' }],
    },
    {
      name: 'with a cast',
      code: inWorkflow(`sleep('1s') as unknown;`),
      errors: [{ messageId: 'floating', suggestions: 1 }],
    },
  ],
};
