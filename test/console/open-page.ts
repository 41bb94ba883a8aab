/** The page in a real browser: opened, watched for errors and for requests that it must not make, and closed. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, type TestContext } from 'vitest';
import { needBrowser, startBrowser } from './browser.ts';

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

export interface Pages<World> {
  /** What the pages show. */
  readonly world: World;
  /** A page that is closed after the test, which must not have asked another host, nor have had an error. */
  open(context: TestContext, hash: string, options?: PageOptions): Promise<Page>;
}

interface WorldOfPages {
  /** The link of the console. */
  readonly url: string;
  stop(): Promise<void>;
}

/** To be called once in a test file. Where there is no browser, no world is made. */
export function usePages<World extends WorldOfPages>(create: () => Promise<World>): Pages<World> {
  let browser: Browser | undefined;
  let world: World | undefined;
  beforeAll(async () => {
    browser = await startBrowser();
    if (browser !== undefined) world = await create();
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });
  const theWorld = (): World => {
    if (world === undefined) throw new Error('there is no world before the first page');
    return world;
  };
  return {
    get world() {
      return theWorld();
    },
    open: (context, hash, options = {}) =>
      openPage(needBrowser(browser, context), { context, hash, ...options }, theWorld),
  };
}

interface Opening extends PageOptions {
  readonly context: TestContext;
  readonly hash: string;
}

async function openPage(
  browser: Browser,
  { context, hash, width = 1280, height = 800, dark = false }: Opening,
  world: () => WorldOfPages,
): Promise<Page> {
  const tab = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const page = await tab.newPage();
  page.setDefaultTimeout(30_000);
  const { url } = world();
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => {
    const isExpected = /status of [45]\d\d|ERR_CONNECTION_(?:REFUSED|RESET)|ERR_INCOMPLETE_CHUNKED_ENCODING/.test(
      message.text(),
    );
    if (message.type() === 'error' && !isExpected) wrong.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) wrong.push(`asked ${request.url()}`);
  });
  context.onTestFinished(async () => {
    await tab.close();
    expect(wrong).toEqual([]);
  });
  await page.goto(`${url}${hash}`, { timeout: 180_000 }); // in a clone, the page is built now
  await page.locator('.top').waitFor();
  return page;
}

/** Nothing of the page scrolls but its panes. */
export async function doesScroll(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(
    '(({ scrollWidth, scrollHeight, clientWidth, clientHeight }) => scrollWidth > clientWidth || scrollHeight > clientHeight)(document.documentElement)',
  );
}

export async function axeFindings(page: Page): Promise<string[]> {
  // By its own door: the policy of the page allows no script from elsewhere.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await checker.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  });
}
