/** Every view and every dialog, in both colour schemes, on a desk and on a phone: nothing for axe to find, no page that scrolls. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { createConsoleWorld } from './console-world.ts';
import { axeFindings, doesScroll, usePages } from './open-page.ts';

async function createWorld() {
  const world = await createConsoleWorld();
  const { client } = world.engine;
  const each = { workflow: 'report', input: 'each day', schedule: 'cron(0 3 * * ? *)', timezone: 'Europe/Berlin' };
  await client.schedules.create('nightly', each);
  await client.schedules.create('rare', { ...each, schedule: 'rate(30 days)' });
  await client.schedules.pause('rare');
  await client.workflows.pause('fan', { reason: 'the house is full' });
  await world.engine.advance('10 seconds');
  await client.start('fan', 3, { id: 'fan-held' });
  await client.start('print', 'one', { id: 'printed' });
  await world.engine.settle();
  await client.pools.pause('printer');
  for (const letter of ['two', 'three']) await client.start('print', letter, { id: `print-${letter}` });
  await world.engine.settle();
  await client.pools.set('printer', { concurrency: 1 });
  return world;
}

const pages = usePages(createWorld);

interface View {
  readonly hash: string;
  /** What is there when the view is whole. */
  readonly shows: string;
  readonly does?: (page: Page) => Promise<void>;
}

const press = (key: string) => (page: Page) => page.keyboard.press(key);
const click = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).first().click();

const VIEWS: Readonly<Record<string, View>> = {
  'the list': { hash: '#/runs', shows: '.row' },
  'a list of nothing': { hash: '#/runs?text=nothing-like-it', shows: '.nothing' },
  'a run that waits': { hash: '#/runs/o-17', shows: '.task' },
  'a run at an event': { hash: '#/runs/o-17?event=3', shows: '.commands' },
  'a run that failed': { hash: '#/runs/charge-4711', shows: '.error' },
  'a run that is blocked': { hash: '#/runs/invoice-R-2041', shows: '.sides' },
  'a run whose workflow is paused': { hash: '#/runs/fan-held', shows: '.held' },
  'a run that there is not': { hash: '#/runs/no-such-run', shows: '.nothing.is-bad' },
  'a journal': { hash: '#/runs/charge-4711?tab=journal&event=6', shows: '.event-details' },
  'a journal of nothing': { hash: '#/runs/fan-held?tab=journal', shows: '.journal' },
  data: { hash: '#/runs/report-31?tab=data', shows: '.data .value' },
  'two runs': { hash: '#/runs/lamp?tab=compare&with=charge-4711', shows: '.sides' },
  schedules: { hash: '#/schedules', shows: '.named' },
  'a schedule': { hash: '#/schedules/nightly', shows: '.tab-panel' },
  pools: { hash: '#/pools', shows: '.named' },
  'a pool': { hash: '#/pools/printer', shows: '.owners li' },
  'the limits of a pool': { hash: '#/pools/printer', shows: 'dialog', does: click('Set limits') },
  'a run that waits for a place': { hash: '#/runs/print-two', shows: '.owners li' },
  workflows: { hash: '#/workflows', shows: '.card' },
  'the form of a start': {
    hash: '#/runs?workflow=cart',
    shows: '.schema-form',
    does: async (page) => {
      await page.locator('.row').first().waitFor();
      await page.keyboard.press('n');
      await page.locator('.schema-form').waitFor();
      await click('Start')(page);
    },
  },
  'the form of a schedule': { hash: '#/schedules', shows: 'dialog', does: click('Create a schedule') },
  'a backfill': { hash: '#/schedules/nightly', shows: 'dialog', does: click('Backfill') },
  'a fork': { hash: '#/runs/cart-ada', shows: '.schema-form', does: click('Fork') },
  'a signal': { hash: '#/runs/desk', shows: 'dialog', does: click('Signal') },
  'an action on many': { hash: '#/runs?status=suspended', shows: 'dialog .bulk-runs li', does: click('Cancel') },
  'the pause of a workflow': { hash: '#/workflows', shows: 'dialog', does: click('Pause') },
  keys: { hash: '#/runs', shows: '.key-help', does: press('?') },
};

// Colours depend on the scheme alone, and places on the size alone: each of both is looked at once.
const LOOKS = [
  { width: 1280, height: 800, scheme: 'light' },
  { width: 390, height: 800, scheme: 'dark' },
] as const;

it.for(Object.entries(VIEWS))('%s', { timeout: 120_000 }, async ([, { hash, shows, does }], context) => {
  const page = await pages.open(context, hash);
  await does?.(page);
  await page.locator(shows).first().waitFor();
  for (const { width, height, scheme } of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    const look = `${scheme}, ${width} x ${height}`;
    expect(await axeFindings(page), look).toEqual([]);
    expect(await doesScroll(page), look).toBe(false);
  }
});
