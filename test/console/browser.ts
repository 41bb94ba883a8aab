/** Chromium, for tests of the page: where there is none, they are left out, and on CI they fail. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import type { TestContext } from 'vitest';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  process.env['LULL_CHROMIUM'],
];

const executable = PLACES.find((place) => place !== undefined && existsSync(place));

/** Undefined: there is none on this machine. */
export async function startBrowser(): Promise<Browser | undefined> {
  if (executable === undefined) {
    if (process.env['CI'] !== undefined) throw new Error('there is no Chromium: the tests of the console cannot run');
    return undefined;
  }
  return chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
}

/** Leaves the test out if there is no browser. */
export function needBrowser(browser: Browser | undefined, context: TestContext): Browser {
  return (
    browser ??
    context.skip(
      'they need a browser, which `sudo apt-get install -y chromium` brings (or name one with LULL_CHROMIUM)',
    )
  );
}
