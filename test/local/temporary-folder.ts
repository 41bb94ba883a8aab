import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** How a helper says what is to be done when all is over: `onTestFinished`, or `whenAllIsOver()` for what tests share. */
export type WhenDone = (clean: () => Promise<void> | void) => void;

/**
 * For what is made in a `beforeAll`: an `afterAll` that is called there is never heard of again. Called outside of all
 * hooks; what it is given is done last to first.
 */
export function whenAllIsOver(): WhenDone {
  const cleanings: (() => Promise<void> | void)[] = [];
  afterAll(async () => {
    for (const clean of cleanings.splice(0).reverse()) await clean();
  }, 60_000);
  return (clean) => void cleanings.push(clean);
}

/** An empty folder that is gone when the test is over. */
export function temporaryFolder(whenDone: WhenDone = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'lull-test-'));
  whenDone(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
