/** The page of a real `lull dev`, while its workers are killed, its code changes, and it goes away itself. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { listenOnLoopback, stopServer } from '../../lib/local/net/listen.ts';
import { temporaryProject } from '../local/temporary-project.ts';
import { waitUntil } from '../local/wait-until.ts';
import { usePages } from './open-page.ts';

const root = join(import.meta.dirname, '../..');

const WORKFLOWS = `
  import { appendFileSync, existsSync } from 'node:fs';
  import { query, signal, step, update, workflow } from 'lull';
  import { z } from 'zod';

  const note = signal('note');
  const notes = query('notes');
  const add = update('add');

  export const desk = workflow('desk', function* (name: string) {
    const all: unknown[] = [];
    notes.handle(() => all.length);
    add.handle({
      run: function* (text) {
        all.push(text);
        return all.length;
      },
    });
    yield* step('open', () => name);
    while (all.length < 3) all.push(yield* note.receive());
    return all;
  });

  export const approved = signal('approved');

  export const hold = workflow('hold', { input: z.object({ folder: z.string() }) }, function* ({ folder }) {
    yield* step('begin', () => 'begun');
    return yield* step('hold', async () => {
      appendFileSync(folder + '/pids', process.pid + '\\n');
      while (!existsSync(folder + '/release')) await new Promise((resolve) => setTimeout(resolve, 20));
      return 'held';
    });
  });

  export const fails = workflow('fails', function* () {
    yield* step('charge', { retry: { maxAttempts: 2, firstDelay: '100ms' } }, () => {
      throw new TypeError('the bank said no', { cause: new RangeError('limit exceeded') });
    });
  });

  export const letter = workflow('letter', function* (name: string) {
    yield* step('write', () => 'Dear ' + name);
    yield* approved.receive();
    return yield* step('send', () => 'sent');
  });
`;

interface Dev {
  readonly process: ChildProcess;
  /** What it has printed, a line of JSON for each event. */
  printed(): string;
  readonly console: string;
}

async function startDev(folder: string, port: number): Promise<Dev> {
  const tsx = join(root, 'node_modules/tsx/dist/esm/index.mjs');
  const command = ['--conditions=lull-source', '--import', tsx, join(root, 'lib/cli/main.ts')];
  const process_ = spawn(process.execPath, [...command, 'dev', 'workflows.ts', '--json', '--port', String(port)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  process_.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await waitUntil(() => printed.includes('"kind":"ready"'));
  const [, url = ''] = /"console":"([^"]+)"/.exec(printed) ?? [];
  return { process: process_, printed: () => printed, console: url };
}

/** One that nothing listens at now. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server, 0);
  await stopServer(server);
  return port;
}

async function createDevWorld() {
  const cleanups: (() => Promise<void> | void)[] = [];
  const { folder, entry } = temporaryProject(WORKFLOWS, (cleanup) => void cleanups.push(cleanup));
  symlinkSync(join(root, 'node_modules/zod'), join(folder, 'node_modules/zod'));
  const port = await freePort();
  const world = { dev: await startDev(folder, port) };
  const stop = async (): Promise<void> => {
    const { process: child } = world.dev;
    const isOver = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await isOver;
    for (const cleanup of cleanups) await cleanup();
  };
  return Object.assign(world, { folder, entry, port, url: world.dev.console, stop });
}

/** What a person does on the page. */
function handsOn(page: Page) {
  const dialog = page.locator('dialog');
  return {
    dialog,
    /** Opens the dialog of an action, fills it in, and carries it out. */
    act: async (button: string, fields: Record<string, string> = {}): Promise<void> => {
      await page.locator('.run, .list').getByRole('button', { name: button, exact: true }).last().click();
      for (const [label, text] of Object.entries(fields)) await dialog.getByLabel(label).first().fill(text);
      await dialog.getByRole('button', { name: button, exact: true }).last().click();
    },
    startDesk: async (id: string): Promise<void> => {
      await page.getByRole('button', { name: 'Start a run' }).click();
      await dialog.getByLabel('Workflow').selectOption('desk');
      await dialog.getByLabel('Input, as JSON').fill('"Ada"');
      await dialog.getByLabel('Id', { exact: true }).fill(id);
      await dialog.getByRole('button', { name: 'Start' }).click();
      await page.locator('.run h1').getByText(id, { exact: true }).waitFor();
    },
    isNow: (status: string): Promise<void> => page.locator(`.run .status.is-${status}`).first().waitFor(),
    answers: async (answer: string): Promise<void> => {
      await expect.poll(() => dialog.locator('.value').textContent()).toBe(`answer: ${answer}`);
      await dialog.getByRole('button', { name: 'Close' }).click();
    },
  };
}

const pages = usePages(createDevWorld);
const { open } = pages;

it(
  'starts a run with a form, and shows it go on though its worker is killed',
  { timeout: 120_000 },
  async (context) => {
    const page = await open(context, '#/workflows');
    const { folder } = pages.world;
    await page.locator('.card').filter({ hasText: 'hold' }).getByRole('button', { name: 'Start' }).click();
    const dialog = page.locator('dialog');
    await dialog.getByLabel('folder').fill(folder);
    await dialog.getByLabel('Id', { exact: true }).fill('held');
    await dialog.getByRole('button', { name: 'Start' }).click();
    const pids = (): number[] => {
      const file = join(folder, 'pids');
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
    };
    await waitUntil(() => pids().length === 1);
    await page.locator('.run .status.is-running').first().waitFor();
    await expect
      .poll(() => page.locator('.task').first().textContent())
      .toMatch(/waits for step "hold".*workflows\.ts:\d+/);
    process.kill(pids()[0]!, 'SIGKILL');
    await waitUntil(() => pids().length === 2);
    await page.keyboard.press('2');
    await page.locator('.event-text').getByText('another worker took over: the one before was lost').waitFor();
    await page.locator('.bar.is-turn.is-failed').waitFor({ state: 'attached' });
    await page.locator('.bar.is-turn.is-open').waitFor({ state: 'attached' });
    writeFileSync(join(folder, 'release'), '');
    await page.locator('.run .status.is-completed').first().waitFor();
    await page.keyboard.press('1');
    await expect.poll(() => page.locator('.now').textContent()).toContain('result: "held"');
    expect(new Set(pids()).size).toBe(2);
    expect(await page.locator('.trouble').textContent()).toBe('');
  },
);

it('shows why a run failed, and lets it be tried again', { timeout: 120_000 }, async (context) => {
  const page = await open(context, '#/runs');
  await page.keyboard.press('n');
  const dialog = page.locator('dialog');
  await dialog.getByLabel('Workflow').selectOption('fails');
  await dialog.getByLabel('Id', { exact: true }).fill('failed');
  await dialog.getByRole('button', { name: 'Start' }).click();
  const error = page.locator('.error').first();
  await error.getByText('limit exceeded').waitFor();
  await expect
    .poll(() => error.textContent())
    .toMatch(/StepFailedError.*TypeError.*the bank said no.*workflows\.ts:\d+/s);
  await page.getByRole('button', { name: 'Retry' }).click();
  await dialog.getByText('It goes on from step "charge#1", which failed with: the bank said no.').waitFor();
  await dialog.getByRole('button', { name: 'Retry' }).click();
  await expect.poll(() => dialog.count()).toBe(0); // it takes the keys
  await page.keyboard.press('2');
  await page.locator('.event-kind').getByText('retried').waitFor();
  await expect.poll(() => page.locator('.event-kind').getByText('failed', { exact: true }).count()).toBe(1);
});

it(
  'shows both sides of a run that new code blocks, and that it goes on with the old',
  { timeout: 180_000 },
  async (context) => {
    const page = await open(context, '#/runs');
    const { world } = pages;
    const reload = async (code: string): Promise<void> => {
      const seen = world.dev.printed().split('"kind":"reloaded"').length;
      writeFileSync(world.entry, code);
      await waitUntil(() => world.dev.printed().split('"kind":"reloaded"').length > seen);
    };
    await page.keyboard.press('n');
    const dialog = page.locator('dialog');
    await dialog.getByLabel('Workflow').selectOption('letter');
    await dialog.getByLabel('Input, as JSON').fill('"Ada"');
    await dialog.getByLabel('Id', { exact: true }).fill('letter-1');
    await dialog.getByRole('button', { name: 'Start' }).click();
    await expect.poll(() => page.locator('.task').first().textContent()).toContain('waits for signal "approved" since');
    await reload(WORKFLOWS.replace("step('write'", "step('draw up'"));
    await page.getByRole('button', { name: 'Signal' }).click();
    await dialog.getByText('The run waits for it now.').waitFor();
    await dialog.getByRole('button', { name: 'Signal' }).click();
    await page.locator('.sides').waitFor();
    await expect
      .poll(() => page.locator('.sides').textContent())
      .toMatch(/The journal has#1 step "write".*asks for #1 step "draw up"/);
    await reload(WORKFLOWS);
    await page.locator('.run .status.is-completed').first().waitFor({ timeout: 90_000 });
    await expect.poll(() => page.locator('.now').textContent()).toContain('result: "sent"');
  },
);

it('does each action to a run', { timeout: 180_000 }, async (context) => {
  const page = await open(context, '#/runs');
  const { act, startDesk, isNow, answers } = handsOn(page);
  await startDesk('desk-1');
  await isNow('suspended');
  await act('Query', { 'Name of the query': 'notes' });
  await answers('0');
  await act('Update', { 'Name of the update': 'add', Input: '"first"' });
  await answers('1');
  await act('Pause');
  await isNow('paused');
  await act('Signal', { 'Name of the signal': 'note', Payload: '"second"' });
  await act('Resume');
  await isNow('suspended');
  await act('Signal', { 'Name of the signal': 'note', Payload: '"third"' });
  await isNow('completed');
  await act('Fork', { 'Before step': 'open#1', 'Id of the new run': 'desk-fork' });
  await page.locator('.run h1').getByText('desk-fork').waitFor();
  await isNow('suspended');
  await act('Cancel', { Reason: 'enough' });
  await isNow('cancelled');
  await act('Delete');
  await expect.poll(() => page.locator('.row').filter({ hasText: 'desk-fork' }).count()).toBe(0);
  await startDesk('desk-2');
  await isNow('suspended');
  await act('Terminate', { Reason: 'enough' });
  await isNow('terminated');
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByLabel('With which run').fill('desk-1');
  await page.getByText('they are about the same things').waitFor();
});

it('does each action to many runs, workflows and schedules', { timeout: 180_000 }, async (context) => {
  const page = await open(context, '#/runs');
  const { url } = pages.world;
  const { act, startDesk, dialog } = handsOn(page);
  for (const id of ['many-1', 'many-2']) await startDesk(id);
  await page.goto(`${url}#/runs?text=many-`);
  await expect.poll(() => page.locator('.row').count()).toBe(2);
  for (const id of ['many-1', 'many-2']) await page.getByLabel(`Choose ${id}`).check();
  await page.locator('.bulk-bar').getByRole('button', { name: 'Cancel' }).click();
  await dialog.getByText('2 runs, and no others').waitFor();
  await dialog.getByRole('button', { name: 'Cancel 2' }).click();
  await dialog.getByText('2 done, 0 refused.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();

  await page.goto(`${url}#/workflows`);
  const card = page.locator('.card').filter({ hasText: 'letter' });
  for (const [button, then] of [
    ['Pause', 'Resume'],
    ['Resume', 'Pause'],
  ] as const) {
    await card.getByRole('button', { name: button }).click();
    await dialog.getByRole('button', { name: button }).click();
    await card.getByRole('button', { name: then }).waitFor();
  }

  await page.goto(`${url}#/schedules`);
  await page.getByRole('button', { name: 'Create a schedule' }).click();
  await dialog.getByLabel('Name').fill('nightly');
  await dialog.getByLabel('Workflow').selectOption('letter');
  await dialog.getByLabel('When').fill('cron(0 3 * * ? *)');
  await dialog.getByLabel('Input, as JSON').fill('"night"');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.locator('.run').getByText('It has started none yet.').waitFor();
  await act('Pause');
  await page.locator('.run').getByText('It is paused').waitFor();
  await act('Resume');
  await page.locator('.run').getByText('The next run starts at').waitFor();
  await act('Trigger');
  await page.locator('.run h1').getByText('nightly-').waitFor();
  await page.goto(`${url}#/schedules/nightly`);
  await act('Delete');
  await page.getByText('There are no schedules.').waitFor();
});

it('says when the command is gone, and that a new one has another link', { timeout: 120_000 }, async (context) => {
  const page = await open(context, '#/runs/held');
  const { world } = pages;
  await page.locator('.run .status.is-completed').first().waitFor();
  world.dev.process.kill('SIGKILL');
  await page.locator('.trouble').getByText('the server of this page does not answer').waitFor();
  expect(await page.locator('.run h1').textContent()).toBe('held'); // what was read stays
  world.dev = await startDev(world.folder, world.port);
  expect(new URL(world.dev.console).port).toBe(new URL(world.url).port);
  await page.locator('.trouble').getByText('this link is not, or no longer, good').waitFor();
});
