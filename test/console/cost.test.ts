/** Long lists, long histories and wide fans: what is drawn of them, and what a frame costs while a person moves in them. */
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { startConsole } from '../../lib/console/console-server.ts';
import { createRegistry } from '../../lib/core/workflow-registry.ts';
import { createApi } from '../../lib/http/api.ts';
import { createTestEngine } from '../../lib/testing/create-test-engine.ts';
import { frameCost } from './frame-cost.ts';
import { createLargeEngine } from './large-engine.ts';
import { usePages } from './open-page.ts';
import { fan } from './workflows.ts';

const many = usePages(() => createLargeEngine({ runs: 100_000, events: 10_000 }));
const fans = usePages(createFan);

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A run of 1,000 tasks that sleep, each after a step. */
async function createFan() {
  const engine = createTestEngine({ workflows: [fan], now: new Date(), log: quiet, checkReplay: false, strict: false });
  await engine.start(fan, 1_000, { id: 'fan' });
  await engine.settle();
  const api = createApi({ client: engine.client, workflows: createRegistry([fan]).names(), log: quiet });
  const fetch = async (path: string, init: RequestInit) => api.request(path, init);
  return startConsole({ engine: { name: 'test engine', isLocal: true, fetch }, port: 0 });
}

/** Ten times what it is measured to be, on a busy machine too: work that grows with the number of rows is a hundred times more. */
const MOST_MS = 300;
const figures: string[] = [];
afterAll(() => {
  // eslint-disable-next-line no-console -- the figures are what a person wants to read
  if (figures.length > 0) console.log(`processor time of the page's main thread for one frame\n${figures.join('\n')}`);
});

async function expectSmooth(page: Page, what: string, times: number, act: (time: number) => Promise<void>) {
  const { meanMs, scriptMs } = await frameCost(page, times, act);
  figures.push(`  ${what}: ${meanMs.toFixed(1)} ms, ${scriptMs.toFixed(1)} ms of it script`);
  expect(meanMs).toBeLessThan(MOST_MS);
}

async function pointAt(page: Page, selector: string): Promise<void> {
  const { x, y, width, height } = (await page.locator(selector).boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
}

it('reads the newest 20,000 of 100,000 runs, draws those that are seen, and goes on with older ones', async (context) => {
  const page = await many.open(context, '#/runs');
  const foot = () => page.locator('.list-foot').textContent();
  await expect.poll(foot, { timeout: 90_000 }).toContain('20,100 runs, and older ones');
  await pointAt(page, '.list .rows');
  await expectSmooth(page, 'the list of 20,000 runs, at rest', 10, () => Promise.resolve());
  await expectSmooth(page, '.. scrolled by a whole screen', 20, () => page.mouse.wheel(0, 700));
  await expectSmooth(page, '.. gone through by keys', 20, () => page.keyboard.press('j'));
  await expectSmooth(page, '.. filtered by a text, letter by letter', 8, (time) =>
    page.locator('#find').fill('order-09'.slice(0, time + 1)),
  );
  expect(await page.locator('.row').count()).toBeLessThan(60);
  await page.locator('#find').fill('');
  await page.getByRole('button', { name: 'Read older ones' }).click();
  await expect.poll(foot).toContain('20,600 runs');
});

it('draws what is seen of 10,000 events, and lays out their lanes', async (context) => {
  const page = await many.open(context, '#/runs/order-100000?tab=journal');
  const events = () => page.locator('.journal .rows').getAttribute('aria-label');
  await expect.poll(events, { timeout: 90_000 }).toBe('10000 events');
  await pointAt(page, '.journal .rows');
  await expectSmooth(page, 'the journal of 10,000 events, at rest', 10, () => Promise.resolve());
  await expectSmooth(page, '.. scrolled by a whole screen', 20, () => page.mouse.wheel(0, 700));
  expect(await page.locator('.event').count()).toBeLessThan(60);
  await pointAt(page, '.lanes');
  await expectSmooth(page, 'its timeline, scrolled', 10, () => page.mouse.wheel(0, 30));
  await page.locator('.lanes').focus();
  await expectSmooth(page, '.. zoomed', 40, (time) => page.keyboard.press(time < 20 ? '+' : '-'));
  await expectSmooth(page, '.. moved', 20, (time) => page.keyboard.press(time < 10 ? 'ArrowRight' : 'ArrowLeft'));
  await page.keyboard.press('1');
  await page.locator('.tab-panel').focus();
  await expectSmooth(page, '.. stepped through, event by event', 13, () => page.keyboard.press('['));
});

it('draws a fan of 1,000 tasks', async (context) => {
  const page = await fans.open(context, '#/runs/fan');
  await page.locator('.task').nth(20).waitFor();
  await expect.poll(() => page.locator('.lanes').getAttribute('aria-label')).toMatch(/^(1\d\d\d|2\d\d\d) lanes$/);
  await expectSmooth(page, 'a fan of 1,000 tasks, at rest', 20, () => page.waitForTimeout(50));
  await pointAt(page, '.tab-panel');
  await expectSmooth(page, '.. its tasks scrolled', 10, () => page.mouse.wheel(0, 500));
  await pointAt(page, '.lanes');
  await expectSmooth(page, '.. its lanes scrolled', 20, () => page.mouse.wheel(0, 200));
  await page.locator('.lanes').focus();
  await expectSmooth(page, '.. zoomed', 40, (time) => page.keyboard.press(time < 20 ? '+' : '-'));
  expect(await page.locator('.lane').count()).toBeLessThan(80);
});
