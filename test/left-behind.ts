/**
 * Test files share processes: a server or a child process that one leaves behind is at work beside all that come after
 * it, and then tests fail that have nothing to do with it. So each file is looked at when it is over.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll } from 'vitest';

const KINDS = ['TCPServerWrap', 'ProcessWrap'];
/** What was told to end takes a while on a busy machine. */
const PATIENCE_MS = 20_000;

const before = underWay();

afterAll(async () => {
  const untilMs = performance.now() + PATIENCE_MS;
  while (underWay() > before) {
    if (performance.now() > untilMs)
      throw new Error(`this file leaves behind ${underWay() - before} servers or processes`);
    await delay(10);
  }
}, 2 * PATIENCE_MS);

function underWay(): number {
  return process.getActiveResourcesInfo().filter((kind) => KINDS.includes(kind)).length;
}
