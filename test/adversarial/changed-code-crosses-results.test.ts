// The suspicion: steps are compared by position, kind and name alone. Code that was changed while a run was alive puts
// another step of the same name there, or draws once more before it, and takes a result that was meant for something else.
import { describe, expect, it } from 'vitest';
import { type Coroutine, defineStep, gather, random, sleep, step, uuid, workflow, WorkflowCodeError } from 'lull';
import { createTestEngine, MemoryStore } from 'lull/testing';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { createWorld } from '../client/client-world.ts';
import { context, sqsEvent } from '../lambda/sample-events.ts';
import { silent } from '../testing/silent.ts';

type Body = () => Coroutine<unknown>;

/** What becomes of a run that slept in the code of before, and goes on in that of now. */
async function deploy(before: Body, now: Body, mended?: Body) {
  const store = new MemoryStore();
  const [old, fresh] = [workflow('w', before), workflow('w', now)];
  const engine = createTestEngine({ workflows: [old], store, log: silent });
  const run = await engine.start(old, undefined as never, { id: 'r' });
  await engine.settle();
  await engine.deploy([fresh]);
  await engine.advance('2h');
  if (mended !== undefined) {
    await engine.deploy([workflow('w', mended)]);
    await engine.advance('2h');
  }
  const description = await run.describe();
  const reason = description.status === 'blocked' ? (description.blocked?.reason ?? '') : '';
  return { status: description.status, reason, result: reason === '' ? await run.result() : undefined };
}

const charge = defineStep('charge', (customer: string, _cents?: number) => `charged ${customer}`);

const each = (customers: readonly string[]): Body =>
  function* () {
    const receipts: string[] = [];
    for (const customer of customers) receipts.push(yield* charge(customer));
    yield* sleep('1h');
    return receipts;
  };

describe('the arguments of a defineStep are compared', () => {
  it.each<[string, Body]>([
    ['somebody was put in front of the list', each(['zoe', 'ada', 'bob'])],
    ['two calls were swapped', each(['bob', 'ada'])],
    ['the last one got an argument more', function* () { yield* charge('ada'); yield* charge('bob', 5); yield* sleep('1h'); }], // prettier-ignore
    ['it is a step of that name without arguments', function* () { yield* step('charge', () => ''); }], // prettier-ignore
  ])('%s: the run is blocked, and goes on when the code is mended', async (_what, now) => {
    const before = each(['ada', 'bob']);
    expect((await deploy(before, now)).status).toBe('blocked');
    expect(await deploy(before, now, before)).toMatchObject({ result: ['charged ada', 'charged bob'] });
  });

  it('and both sides are shown', async () => {
    const { reason } = await deploy(each(['ada']), each(['zoe']));
    expect(reason).toContain('The journal says: #1 step "charge" with other arguments.');
    expect(reason).toContain('The code asks for #1 step "charge" with the arguments ("zoe").');
  });

  it('in a gather too, where their order was changed', async () => {
    const both = (one: string, other: string): Body =>
      function* () {
        yield* gather([charge(one), charge(other)]);
        yield* sleep('1h');
      };
    expect((await deploy(both('ada', 'bob'), both('bob', 'ada'))).status).toBe('blocked');
  });

  it('with a Date of the run, a client and a function among them, code that did not change follows', async () => {
    class Bank {
      calls = 0;
    }
    const bank = new Bank();
    const pay = defineStep('pay', (_at: Date, with_: Bank, done: () => void) => {
      with_.calls += 1;
      done();
    });
    const body: Body = function* () {
      yield* pay(new Date(), bank, () => undefined);
      yield* sleep('1h');
      yield* pay(new Date(), bank, () => undefined);
      return bank.calls;
    };
    expect(await deploy(body, body)).toMatchObject({ status: 'completed', result: 2 });
  });
});

describe('a key is compared', () => {
  const inline = (...keys: (string | undefined)[]): Body =>
    function* () {
      const done: string[] = [];
      for (const key of keys) {
        done.push(key === undefined ? yield* step('mail', () => '') : yield* step('mail', { key }, () => key));
      }
      yield* sleep('1h');
      return done;
    };

  it('of inline steps: another one, and none, hold the run', async () => {
    expect((await deploy(inline('ada'), inline('ada'))).status).toBe('completed');
    expect((await deploy(inline('ada', 'bob'), inline('bob', 'ada'))).reason).toContain(
      '#1 step "mail" with the key "ada". The code asks for #1 step "mail" with the key "bob"',
    );
    expect((await deploy(inline('ada'), inline(undefined))).reason).toContain('with no key');
  });

  it('given to a step that had none, it is welcome', async () => {
    expect((await deploy(inline(undefined), inline('ada'))).status).toBe('completed');
  });

  it('of a defineStep is told by its arguments, and compared in their place', async () => {
    const mail = (text: string, key?: (to: string) => string): Body => {
      const send = defineStep('mail', key === undefined ? {} : { key }, (to: string, _text: string) => to);
      return function* () {
        yield* send('ada', text);
        yield* sleep('1h');
        return 'sent';
      };
    };
    const byName = (to: string): string => to;
    expect((await deploy(mail('Helo'), mail('Hello'))).status).toBe('blocked');
    expect((await deploy(mail('Helo', byName), mail('Hello', byName))).status).toBe('completed');
    expect(
      (
        await deploy(
          mail('Helo', byName),
          mail('Hello', (to) => `${to}!`),
        )
      ).status,
    ).toBe('blocked');
    // What was blocked for its arguments goes on once the code says what tells its calls apart.
    expect(await deploy(mail('Helo'), mail('Hello'), mail('Hello', byName))).toMatchObject({ result: 'sent' });
  });

  it('stands in the history', async () => {
    const named = workflow('named', inline('ada'));
    const engine = createTestEngine({ workflows: [named] });
    const run = await engine.start(named, undefined as never);
    await run.result();
    const [, asked] = await engine.history(run);
    expect(asked).toMatchObject({ kind: 'step', id: 1, name: 'mail', stepId: 'mail#1', key: 'ada' });
  });

  it('that is none is refused where it is written', async () => {
    const refusals: unknown[] = [];
    const refused = (act: () => unknown): void => {
      try {
        act();
        refusals.push('taken');
      } catch (error) {
        refusals.push((error as WorkflowCodeError).message);
      }
    };
    refused(() => defineStep('s', { key: '' }, () => 0));
    refused(() => workflow('w', { steps: { key: 'a' } as never }, function* () {}));
    const body: Body = function* () {
      refused(() => step('s', { key: 'k'.repeat(256) }, () => 0));
      refused(() => step('s', { key: (() => 'a') as never }, () => 0));
      refused(() => defineStep('s', { key: () => 5 as never }, () => 0)());
      yield* step('s', { key: 'k'.repeat(255) }, () => 0);
    };
    const engine = createTestEngine({ workflows: [workflow('door', body)], checkReplay: false }); // its code keeps a list
    await engine.run(workflow('door', body));
    expect(refusals).toEqual([
      'the key of step "s" is "": give a text of 1 to 255 characters',
      'the steps of workflow "w" have a key, which tells steps of one name apart: give it to each step',
      expect.stringMatching(/^the key of step "s" is "k+\.\.\.": give a text of 1 to 255 characters$/),
      'the key of step "s" is a function key: give a text of 1 to 255 characters',
      'the key of step "s" is 5: give a text of 1 to 255 characters',
    ]);
  });
});

describe('random numbers that were drawn before a command are counted', () => {
  const account = (drawBefore: () => void): Body =>
    function* () {
      drawBefore();
      const id = uuid();
      yield* step('open', () => id);
      yield* sleep('1h');
      return yield* step('pay in', () => id);
    };

  it.each<[string, () => void]>([
    ['random()', () => random()],
    ['uuid()', () => uuid()],
    ['Math.random()', () => Math.random()],
    ['crypto.randomUUID()', () => crypto.randomUUID()],
    ['crypto.getRandomValues()', () => crypto.getRandomValues(new Uint8Array(1))],
  ])('one more %s in front holds the run', async (_what, draw) => {
    const { status, reason } = await deploy(account(() => undefined), account(draw)); // prettier-ignore
    expect(status).toBe('blocked');
    expect(reason).toMatch(
      /The journal says: 32 random numbers before #1 step "open"\. The code draws \d+ random numb/,
    );
  });

  it('also over events that led to no command', async () => {
    const body = (more: number): Body =>
      function* () {
        yield* gather([sleep('1m'), sleep('2m')]);
        for (let count = 0; count < more; count += 1) random();
        yield* step('use', () => random.name);
        yield* sleep('90m');
        return more;
      };
    const store = new MemoryStore();
    const engine = createTestEngine({ workflows: [workflow('w', body(1))], store, log: silent });
    const run = await engine.start(workflow('w', body(1)), undefined as never);
    await engine.advance('1h');
    await engine.deploy([workflow('w', body(2))]);
    await engine.advance('2h');
    expect((await run.describe()).status).toBe('blocked');
  });
});

it('the deployed worker compares as the kit does', async () => {
  const world = createWorld();
  const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };
  const { store, wakes, clock, log } = world;
  const turnOf = async (body: Body): Promise<string> => {
    const worker = createWorkerHandler([workflow('w', body)], { store, wakes, clock, log, environment });
    await worker(sqsEvent(JSON.stringify({ runId: 'r' })), context());
    return (await world.client.run('r').describe()).status;
  };
  const twoDraws: Body = function* () {
    random();
    yield* each(['ada', 'bob'])() as Coroutine<string[]>;
  };
  await world.client.start('w', undefined, { id: 'r' });
  expect(await turnOf(each(['ada', 'bob']))).toBe('suspended');
  world.clock.pass(3_600_000);
  expect(await turnOf(each(['bob', 'ada']))).toBe('blocked');
  world.clock.pass(3_600_000);
  expect(await turnOf(twoDraws)).toBe('blocked');
  world.clock.pass(3_600_000);
  expect(await turnOf(each(['ada', 'bob']))).toBe('completed');
});
