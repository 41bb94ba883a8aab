/** What the tasks of a run hold while they wait, as `describe({ locals: true })` says it of compiled code. */
import { readFileSync } from 'node:fs';
import { callback, createTask, defineStep, gather, signal, sleep, step, timeout, workflow, type Coroutine } from 'lull';
import { explainRun, type OpenRunDescription } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { createApi } from '../../../lib/http/api.ts';
import { silent } from '../../testing/silent.ts';

const go = signal('go');
const FILE = 'test/frames/runs/locals.test.ts';
const lines = readFileSync(import.meta.filename, 'utf8').split('\n');
const atLine = (mark: string): unknown =>
  expect.stringMatching(new RegExp(`^${FILE}:${lines.findIndex((line) => line.endsWith(`// ${mark}`)) + 1}:\\d+$`));

class Order {
  readonly id: string;
  readonly lines: number[];

  constructor(id: string, items: number[]) {
    this.id = id;
    this.lines = items;
  }
}

async function described(body: () => Coroutine<unknown>, options: object = { locals: true }) {
  const flow = workflow('flow', body);
  const engine = createTestEngine({ workflows: [flow], log: silent, strict: false, frames: true });
  const run = await engine.start(flow);
  await engine.settle();
  return { engine, run, description: (await run.describe(options)) as OpenRunDescription };
}

async function framesOf(body: () => Coroutine<unknown>) {
  const { description } = await described(body);
  if (description.waitsFor?.from !== 'code') throw new Error('the code was not asked');
  return description.waitsFor.tasks;
}

/** Of the innermost function of the workflow's body: each variable as it is shown. */
async function variablesOf(body: () => Coroutine<unknown>): Promise<Record<string, string>> {
  const [task] = await framesOf(body);
  const variables = task?.frames?.[0]?.variables ?? [];
  return Object.fromEntries(variables.map(({ name, value, sensitive }) => [name, value ?? `sensitive: ${sensitive}`]));
}

function* legs(count: number): Coroutine<number> {
  let sum = 0;
  for (const [index, leg] of [5, 6, 7].entries()) {
    sum += leg * count;
    if (index === 1) yield* go.receive(); // the leg
  }
  return sum;
}

describe('of a run that waits, the variables of its coroutines are told:', () => {
  it('those of each task, the innermost function first, at their lines, and only what is needed still', async () => {
    const tasks = await framesOf(function* () {
      const gone = 'not needed any more';
      const order = new Order('o-17', [1, 2]);
      createTask(legs(gone.length), { name: 'beside' });
      const got = yield* timeout('1 day', legs(2)); // the body
      return [got, order.id];
    });
    expect(tasks[0]?.frames).toEqual([
      {
        function: 'legs',
        at: atLine('the leg'),
        variables: expect.arrayContaining([{ name: 'sum', value: '22' }]) as unknown,
      },
      {
        function: expect.any(String) as string,
        at: atLine('the body'),
        variables: [{ name: 'order', value: 'Order { id: "o-17", lines: [1, 2] }' }],
      },
    ]);
    const beside = tasks[0]?.tasks.find(({ name }) => name === 'beside');
    expect(beside?.frames).toEqual([
      {
        function: 'legs',
        at: atLine('the leg'),
        variables: expect.arrayContaining([{ name: 'sum', value: '209' }]) as unknown,
      },
    ]);
  });

  it('values of each kind, in words of the language', async () => {
    const shown = await variablesOf(function* () {
      const all = {
        text: 'a "b"',
        none: undefined,
        big: 12n,
        when: new Date(0),
        found: new Map([['k', new Set([1])]]),
        bytes: new Uint8Array(3),
        error: new RangeError('too far'),
      };
      const many = Array.from({ length: 30 }, (_, index) => index);
      const long = 'x'.repeat(2_000);
      const inner = legs(1);
      let count = 1;
      const next = (): number => (count += 1);
      yield* go.receive();
      return [all, many, long, inner, next()];
    });
    expect(shown).toEqual({
      all:
        '{ text: "a \\"b\\"", none: undefined, big: 12n, when: 1970-01-01T00:00:00.000Z, found: Map {"k" => Set {1}}, ' +
        'bytes: Uint8Array(3 bytes), error: RangeError: too far }',
      many: `[${Array.from({ length: 20 }, (_, index) => index).join(', ')}, 10 more]`,
      long: `"${'x'.repeat(499)}...`,
      inner: 'a Generator',
      next: 'a function next',
    });
  });

  it('none where they were not asked for', async () => {
    const { description } = await described(
      function* () {
        const text = 'mine';
        yield* go.receive();
        return text;
      },
      { tasks: true },
    );
    expect(JSON.stringify(description)).not.toMatch(/frames|mine/);
  });
});

describe('nothing that is sensitive is told', () => {
  const charge = defineStep('charge', { sensitive: true }, (card: string) => ({
    last: card.slice(-4),
    paid: true,
    n: 99,
  }));

  it('of what a sensitive step gave and was given, also within something else, and what was cut out of it', async () => {
    const shown = await variablesOf(function* () {
      const card = ['4111', '2222', '3333', '4444'].join('');
      const receipt = yield* charge(card);
      const { last, paid, n } = receipt;
      const sentence = `paid with ${card}`;
      const around = { deep: [{ receipt }] };
      const cut = card.slice(0, 8);
      const other = 'harmless';
      yield* go.receive();
      return [card, receipt, last, paid, n, sentence, around, cut, other];
    });
    const hidden = 'sensitive: true';
    expect(shown).toEqual({
      ...{ card: hidden, receipt: hidden, last: hidden, paid: hidden, n: hidden },
      ...{ sentence: hidden, around: hidden, cut: hidden, other: '"harmless"' },
    });
  });

  it('of what a sensitive step has failed with', async () => {
    const shown = await variablesOf(function* () {
      let caught: unknown;
      try {
        yield* step('ask', { sensitive: true, retry: false }, (): string => {
          throw new Error('no such card: 4111222233334444');
        });
      } catch (error) {
        caught = error;
      }
      yield* go.receive();
      return caught;
    });
    expect(JSON.stringify(shown)).not.toContain('4111');
  });

  it('of the token of a callback', async () => {
    const shown = await variablesOf(function* () {
      const approval = callback<string>('approval');
      const { token } = approval;
      const mail = { to: 'ada', link: `https://shop/approve?t=${token}` };
      yield* go.receive();
      return [yield* approval, token, mail];
    });
    expect(shown).toEqual({
      approval: 'an instance of class RunCallback',
      token: 'sensitive: true',
      mail: 'sensitive: true',
    });
  });
});

it('a sentence for each function and each variable says it, and the HTTP API answers with them', async () => {
  const { engine, description } = await described(function* () {
    const order = { id: 'o-17' };
    yield* gather([sleep('1 day')]);
    return order;
  });
  const at = new RegExp(`^ {2}in .*, at ${FILE.replaceAll('.', '\\.')}:\\d+$`);
  const said = explainRun(description, { now: engine.now() });
  expect(said.find((line) => at.test(line))).toBeDefined();
  expect(said).toContain('    order = { id: "o-17" }');

  const api = createApi({ client: engine.client, workflows: ['flow'], log: silent });
  const ask = async (query: string): Promise<string> =>
    (await api.fetch(new Request(`http://api/runs/${description.id}?${query}`), { maxWaitMs: 0 })).text();
  expect(await ask('locals=true')).toContain('{"name":"order","value":"{ id: \\"o-17\\" }"}');
  expect(await ask('tasks=true')).not.toContain('o-17');
});
