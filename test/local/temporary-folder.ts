import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** How a helper says what is to be done when all is over: `onTestFinished`, or `afterAll` for what several tests share. */
export type WhenDone = (clean: () => Promise<void> | void) => void;

/** An empty folder that is gone when the test is over. */
export function temporaryFolder(whenDone: WhenDone = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'lull-test-'));
  whenDone(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
