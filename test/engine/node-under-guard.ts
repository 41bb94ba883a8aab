/* eslint no-console: off -- what the guard does to Node's console is tried here */
/** Calls, in workflow code and first of all in this process, what Node loads late or warns of. Prints what came. */
import assert from 'node:assert';
import { styleText } from 'node:util';
import { sleep, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';

const frozen = process.argv.includes('frozen');
const hooked = process.argv.includes('hooked');
if (hooked)
  Error.prepareStackTrace = (error, sites) => `${process.env['HOME'] ?? ''}${String(error)}\n    at ${sites.length}`;

const probes: Record<string, () => unknown> = {
  'a failed assertion': () => assert.equal(1, 2),
  'a failed deep assertion': () => assert.deepStrictEqual({ a: 1 }, { a: 2 }),
  'a style': () => styleText('red', 'x').includes('x'),
  'something deprecated': () => (Buffer as unknown as (size: number) => Buffer)(4).length,
  'a warning': () => {
    process.emitWarning('careful');
    return 'warned';
  },
  'the first headers': () => new Headers({ a: 'b' }).get('a'),
  'the first request': () => new Request('http://localhost', { method: 'POST', body: 'x' }).method,
  'the first response': () => new Response('x').status,
  'a form': () => [...new FormData().keys()].length,
  'a stopwatch': () => {
    console.time('x');
    console.timeLog('x');
    console.timeEnd('x');
    console.dirxml('x');
    return 'timed';
  },
  'a count': () => {
    console.count('x');
    console.countReset('x');
    console.assert(false, 'x');
    console.groupEnd();
    return 'counted';
  },
  'a signal of signals': () => AbortSignal.any([new AbortController().signal]).aborted,
  'a clone': () => structuredClone(new Map([[1, new Date(0)]])).size,
  'a stack': () => typeof new Error('x').stack,
};

const walk = workflow('walk', function* () {
  const answers: Record<string, unknown> = {};
  for (const [name, probe] of Object.entries(probes)) {
    try {
      answers[name] = probe();
    } catch (error) {
      answers[name] = (error as Error).name;
    }
    yield* sleep('1 day');
  }
  answers['a fetch in a step'] = yield* step('fetch', async () => (await fetch('data:,hello')).text());
  return answers;
});

try {
  const engine = createTestEngine({ workflows: [walk], rebuildAtEveryAwait: true });
  process.stdout.write(`\n=> ${JSON.stringify(await engine.run(walk))}\n`);
} catch (error) {
  if (!frozen) throw error;
  const isReal = Date.now() > Date.UTC(2020, 0) && new Date(0).constructor === Date;
  process.stdout.write(`\n=> ${JSON.stringify({ code: (error as { code: string }).code, isReal })}\n`);
}
