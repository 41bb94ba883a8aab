/** What the verbs print, kept in files beside this one: read them as a person would. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { gather } from '../../lib/api/gather.ts';
import { query } from '../../lib/api/query.ts';
import { setAttributes, setStatus } from '../../lib/api/show.ts';
import { signal } from '../../lib/api/signal.ts';
import { sleep } from '../../lib/api/sleep.ts';
import { step } from '../../lib/api/step.ts';
import { timeout } from '../../lib/api/timeout.ts';
import { update } from '../../lib/api/update.ts';
import { workflow } from '../../lib/api/workflow.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { createCommandWorld } from './command-world.ts';
import type { Ended } from './fake-surroundings.ts';

const approved = signal<{ by: string }>('approved');
const total = query<number, { currency: string } | undefined>('total');
const add = update<{ sku: string }, number>('add');

const order = workflow('order', { input: z.object({ id: z.string() }) }, function* ({ id }) {
  setAttributes({ customer: 'c-1' });
  const payment = yield* step('charge', () => `paid ${id}`);
  yield* gather([step('reserve', () => 3), sleep('2s')]);
  setStatus('waiting for approval');
  const { by } = yield* timeout('7 days', approved.receive());
  return { payment, by };
});

const broken = workflow('broken', function* () {
  return yield* step('call bank', { retry: { maxAttempts: 2, firstDelay: '2s', jitter: 0 } }, () => {
    throw new TypeError('the bank is closed');
  });
});

const cart = workflow('cart', function* () {
  const items: string[] = [];
  total.handle((args) => items.length * (args?.currency === 'EUR' ? 2 : 1));
  add.handle({
    *run({ sku }) {
      yield* sleep('1 min');
      return items.push(sku);
    },
  });
  yield* sleep('1 day');
});

const idle = workflow('idle', function* () {
  yield* signal('never').receive();
});

function createWorld() {
  return createCommandWorld([order, broken, cart, idle]);
}

/** What was printed, as a terminal would get it: with an escape written as ESC. */
async function expectGolden(name: string, { exitCode, out, err }: Ended): Promise<void> {
  const text = `${out}${err === '' ? '' : `--- stderr\n${err}`}--- exit code ${exitCode}\n`
    .replaceAll('\u001b', 'ESC')
    .replace(/[^\s(]*?([\w.-]+\.ts):\d+(:\d+)?/g, '$1:LINE');
  expect(text).not.toContain(process.cwd());
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', `${name}.txt`));
}

beforeEach(() => vi.stubEnv('TZ', 'UTC'));

describe('lull start', () => {
  it('says what was started, and what to do next', async () => {
    const { lull } = createWorld();
    await expectGolden('start', await lull(['start', 'order', '{"id":"o-1"}', '--id', 'o-1']));
  });

  it('waits for the end, and shows the result', async () => {
    const { lull } = createWorld();
    const ended = await lull(['start', 'broken', '--id', 'b-1', '--wait', '1m']);
    expect(ended.exitCode).toBe(1);
    await expectGolden('start-wait-failed', ended);
  });

  it('ends with 5 where the run has not ended in time', async () => {
    const { lull } = createWorld();
    const { exitCode, out } = await lull(['start', 'idle', '--id', 'i-1', '--wait', '90s', '--json']);
    expect([exitCode, JSON.parse(out)]).toMatchObject([5, { id: 'i-1', status: 'suspended' }]);
  });

  it('takes the input from a file, or from standard input', async () => {
    const { lull, engine } = createWorld();
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'input.json'), '\ufeff{"id": "o-file"}');
    await lull(['start', 'order', '--input-file', 'input.json', '--id', 'f'], { cwd });
    await lull(['start', 'order', '-', '--id', 's'], { stdin: '{"id":"o-stdin"}' });
    expect((await engine.client.run('f').describe()).input).toEqual({ id: 'o-file' });
    expect((await engine.client.run('s').describe()).input).toEqual({ id: 'o-stdin' });
  });

  it.each([
    ['not-json-object', '{"id":"o-1",}'],
    ['not-json-text', 'ada'],
    ['not-json-cut', '{"id": tru}'],
  ])('points at what is wrong with the JSON (%s), and starts nothing', async (name, input) => {
    const { lull, asked } = createWorld();
    await expectGolden(name, await lull(['start', 'order', input]));
    expect(asked).toEqual([]);
  });

  it('says which part of the input its schema refuses', async () => {
    const { lull } = createWorld();
    await expectGolden('start-invalid-input', await lull(['start', 'order', '{"id":7}']));
  });

  it('of an unknown workflow suggests the one that was meant', async () => {
    const { lull } = createWorld();
    const { exitCode, err } = await lull(['start', 'ordr']);
    expect([exitCode, err]).toEqual([3, expect.stringContaining('did you mean "order"?')]);
  });
});

describe('lull list', () => {
  async function withRuns() {
    const world = createWorld();
    const { engine, lull } = world;
    await lull(['start', 'order', '{"id":"o-1"}', '--id', 'order-of-a-long-name-1']);
    await engine.advance('1s');
    await lull(['start', 'broken', '--id', 'b-1']);
    await engine.advance('3h');
    await lull(['start', 'cart', '--id', 'cart-ada', '-a', 'customer=c-2', '-a', 'size=3']);
    await engine.settle();
    return world;
  }

  it('is a table', async () => {
    const { lull } = await withRuns();
    await expectGolden('list', await lull(['list']));
  });

  it.each([120, 60, 40, 24])('fits a terminal of %i columns', async (columns) => {
    const { lull } = await withRuns();
    const ended = await lull(['list'], { columns, env: { NO_COLOR: '1' } });
    await expectGolden(`list-${columns}`, ended);
    const ids = ['order-of-a-long-name-1', 'b-1', 'cart-ada'];
    expect(ids.every((id) => ended.out.includes(id))).toBe(true);
    expect(Math.max(...ended.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  it('is colored on a terminal alone, and as NO_COLOR and FORCE_COLOR say', async () => {
    const { lull } = await withRuns();
    expect((await lull(['list'])).out).not.toContain('\u001b');
    expect((await lull(['list'], { columns: 80 })).out).toContain('\u001b[31mfailed');
    expect((await lull(['list'], { columns: 80, env: { NO_COLOR: '1' } })).out).not.toContain('\u001b');
    expect((await lull(['list'], { env: { FORCE_COLOR: '1' } })).out).toContain('\u001b[31mfailed');
    expect((await lull(['list', '--json'], { columns: 80 })).out).not.toContain('\u001b');
  });

  it('filters by workflow, status and time', async () => {
    const { lull } = await withRuns();
    const ids = async (...args: string[]): Promise<string[]> =>
      (await lull(['list', '--json', ...args])).out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(await ids()).toEqual(['cart-ada', 'b-1', 'order-of-a-long-name-1']);
    expect(await ids('--workflow', 'order')).toEqual(['order-of-a-long-name-1']);
    expect(await ids('--status', 'failed,blocked')).toEqual(['b-1']);
    expect(await ids('--since', '2h')).toEqual(['cart-ada']);
    expect(await ids('--until', '2030-01-01T01:00:00Z')).toEqual(['b-1', 'order-of-a-long-name-1']);
    expect(await ids('--limit', '1')).toEqual(['cart-ada']);
  });

  it.each<[string[], string]>([
    [['--status', 'faild'], 'Did you mean failed?'],
    [['--status', 'x'], 'There are pending, running'],
    [['--since', 'yesterday'], '--since cannot be "yesterday"'],
    [['--since', '3 dyas'], '--since'],
    [['--attribute', 'customer'], 'Give a name and a value, as in customer=c1.'],
    [['--limit', '0'], 'It is a whole number from 1'],
    [['--all', '--limit', '3'], 'give one of them'],
  ])('refuses the filter %j', async (args, message) => {
    const { lull, asked } = createWorld();
    const { exitCode, err } = await lull(['list', ...args]);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
    expect(asked).toEqual([]);
  });

  it('of nothing says so, beside the table', async () => {
    const { lull } = createWorld();
    expect(await lull(['list'])).toEqual({ exitCode: 0, out: '', err: 'There are no runs.\n' });
    expect((await lull(['list', '--workflow', 'order'])).err).toBe('No run fits the filter.\n');
    expect(await lull(['list', '--json'])).toEqual({ exitCode: 0, out: '', err: '' });
  });

  it('count says how many, by status', async () => {
    const { lull } = await withRuns();
    await expectGolden('count', await lull(['count']));
    expect(JSON.parse((await lull(['count', '--json', '--status', 'failed'])).out)).toEqual({
      count: 1,
      byStatus: { failed: 1 },
    });
  });
});

describe('lull show', () => {
  it('of a run that waits says for what, since when and until when', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'order', '{"id":"o-1"}', '--id', 'o-1']);
    await engine.advance('3h');
    await expectGolden('show-suspended', await lull(['show', 'latest']));
    const withLocals = await lull(['show', 'latest', '--locals']);
    expect(withLocals.out).toContain('No variables are known: the code of this engine is not compiled for frames');
    await expectGolden('show-suspended-40', await lull(['show', 'latest'], { columns: 40, env: { NO_COLOR: '1' } }));
  });

  it('of a run that failed says why, and what to do', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'broken', '--id', 'b-1']);
    await engine.advance('3 days');
    await expectGolden('show-failed', await lull(['show', 'b-1']));
  });

  it('of a run that is not there ends with 3', async () => {
    const { lull } = createWorld();
    await expectGolden('show-unknown', await lull(['show', 'o-2']));
    await expectGolden('show-unknown-json', await lull(['show', 'o-2', '--json']));
    await expectGolden('show-latest-of-none', await lull(['show', 'latest']));
  });
});

describe('lull history', () => {
  it('is a sentence for each event, with its time and its day', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'order', '{"id":"o-1"}', '--id', 'o-1']);
    await engine.advance('2 days');
    await lull(['signal', 'o-1', 'approved', '{"by":"Grace"}']);
    await engine.settle();
    await expectGolden('history', await lull(['history', 'o-1']));
    const { out } = await lull(['history', 'o-1', '--json']);
    const kinds = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(kinds.at(0)).toBe('started');
    expect(kinds.at(-1)).toBe('completed');
  });

  it('--follow shows each event once, in the order of a later history, and ends with the run', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'order', '{"id":"o-1"}', '--id', 'o-1']);
    const following = lull(['history', 'o-1', '--follow', '--json'], {
      sleep: async (ms) => {
        await engine.advance(ms);
        if (engine.now().getTime() > Date.parse('2030-01-01T00:01:00Z'))
          await engine.client
            .run('o-1')
            .signal(approved, { by: 'Ada' })
            .catch(() => undefined);
      },
    });
    const { out, exitCode } = await following;
    expect(exitCode).toBe(0);
    const later = await lull(['history', 'o-1', '--json']);
    // What came last in a turn may be in the record of a later one by then.
    const withoutTurns = (lines: string): unknown[] =>
      lines
        .trim()
        .split('\n')
        .map((line) => ({ ...(JSON.parse(line) as object), turn: undefined }));
    expect(withoutTurns(out)).toEqual(withoutTurns(later.out));
  });
});

describe('lull watch', () => {
  it('on a terminal draws what the run waits for, again and again in its place, and ends with it', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'order', '{"id":"o-1"}', '--id', 'o-1']);
    await engine.settle();
    let isSent = false;
    const ended = await lull(['watch', 'o-1'], {
      columns: 70,
      rows: 12,
      env: { NO_COLOR: '1' },
      sleep: async (ms) => {
        await engine.advance(ms);
        if (engine.now().getTime() > Date.parse('2030-01-01T00:00:04Z') && !isSent) {
          isSent = true;
          await engine.client.run('o-1').signal(approved, { by: 'Ada' });
        }
      },
    });
    await expectGolden('watch-terminal', ended);
    expect(Math.max(...ended.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90);
  });

  it('without a terminal writes a line for each event; the exit code is that of the run', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'broken', '--id', 'b-1']);
    const ended = await lull(['watch', 'b-1'], { sleep: (ms) => engine.advance(ms) });
    await expectGolden('watch-lines', ended);
    expect(ended.exitCode).toBe(1);
  });

  it('ends with 5 when its time is up', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'idle', '--id', 'i-1']);
    const { exitCode } = await lull(['watch', 'i-1', '--timeout', '1m'], { sleep: (ms) => engine.advance(ms) });
    expect(exitCode).toBe(5);
    expect(engine.now().getTime()).toBe(Date.parse('2030-01-01T00:01:00Z'));
  });
});

describe('messages to a run', () => {
  it('signal says that it was accepted', async () => {
    const { lull } = createWorld();
    await lull(['start', 'idle', '--id', 'i-1']);
    await expectGolden('signal', await lull(['signal', 'latest', 'never']));
    expect(await lull(['signal', 'i-2', 'never'])).toMatchObject({ exitCode: 3, out: '' });
  });

  it('signal of a run that has ended is refused', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'broken', '--id', 'b-1']);
    await engine.advance('1h');
    await expectGolden('signal-ended', await lull(['signal', 'b-1', 'never']));
  });

  it('query prints the answer', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'cart', '--id', 'c-1']);
    await engine.settle();
    expect(await lull(['query', 'c-1', 'total'])).toEqual({ exitCode: 0, out: '0\n', err: '' });
    expect(await lull(['query', 'c-1', 'totl'])).toMatchObject({ exitCode: 3, out: '' });
  });

  it('update waits for the answer, longer than one request, and asks for one update alone', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'cart', '--id', 'c-1']);
    await engine.settle();
    expect(await lull(['update', 'c-1', 'add', '{"sku":"tea"}'])).toEqual({ exitCode: 0, out: '1\n', err: '' });
    expect(await lull(['query', 'c-1', 'total', '{"currency":"EUR"}'])).toMatchObject({ out: '2\n' });
    const late = await lull(['update', 'c-1', 'add', '{"sku":"milk"}', '--wait', '5s', '--idempotency-key', 'k']);
    expect([late.exitCode, late.err]).toEqual([5, expect.stringContaining('--idempotency-key k')]);
  });

  it('cancel and terminate take a reason', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'idle', '--id', 'i-1']);
    await lull(['start', 'idle', '--id', 'i-2']);
    await engine.settle();
    await expectGolden('cancel', await lull(['cancel', 'i-1', '--reason', 'out of stock']));
    await lull(['terminate', 'i-2', '--reason', 'enough']);
    await engine.settle();
    await expectGolden('show-cancelled', await lull(['show', 'i-1']));
    expect((await engine.client.run('i-2').describe()).status).toBe('terminated');
  });
});

describe('many runs, for real', () => {
  it('are looked at, cancelled and deleted by a filter', async () => {
    const { lull, engine } = createWorld();
    for (const id of ['i-1', 'i-2', 'i-3']) await lull(['start', 'idle', '--id', id]);
    await lull(['start', 'cart', '--id', 'c-1']);
    await engine.settle();
    expect((await lull(['cancel', '--all', '--workflow', 'idle', '--dry-run'])).out.split('\n').sort()).toEqual([
      '',
      'i-1',
      'i-2',
      'i-3',
    ]);
    expect(await lull(['cancel', '--all', '--workflow', 'idle', '--yes'])).toEqual({
      exitCode: 0,
      out: '',
      err: 'cancel: 3 runs done\n',
    });
    await engine.settle();
    expect(JSON.parse((await lull(['count', '--json'])).out)).toEqual({
      count: 4,
      byStatus: { suspended: 1, cancelled: 3 },
    });
    expect(await lull(['delete', '--all', '--status', 'cancelled', '--yes'])).toMatchObject({ exitCode: 0 });
    expect(JSON.parse((await lull(['count', '--json'])).out)).toEqual({ count: 1, byStatus: { suspended: 1 } });
    expect(await lull(['delete', 'c-1', '--yes'])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('c-1') as string,
    });
  });
});

describe('the help', () => {
  it('of each verb has an example', async () => {
    const { lull } = createWorld();
    const { out } = await lull(['list', '--help']);
    expect(out).toContain('Examples:');
    await expectGolden('help-list', await lull(['list', '--help']));
  });
});
