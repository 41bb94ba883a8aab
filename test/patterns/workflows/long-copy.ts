/** A step that takes long, says how far it is, goes on from there after a crash, and stops when the run is cancelled. */
import { isCancelled, step, workflow } from 'lull';
import { outside } from './outside.ts';

export const longCopy = workflow('long-copy', function* (pages: number) {
  try {
    return yield* step('copy', { heartbeatTimeout: '1m', retry: { firstDelay: 10 } }, async (context) => {
      const from = (context.lastHeartbeat as number | undefined) ?? 0;
      for (let page = from + 1; page <= pages; page += 1) {
        if (context.signal.aborted) return 'stopped';
        await new Promise((resolve) => setImmediate(resolve));
        outside.does(`page ${page}`);
        context.heartbeat(page);
        if (page === 3 && context.attempt === 1) throw new Error('the disk is full');
      }
      return `${pages} pages`;
    });
  } catch (error) {
    if (!isCancelled(error)) throw error;
    yield* step('remove the copy', () => outside.does('removed'));
    throw error;
  }
});
