/** The sweeper: wakes the runs that are due and that nobody wakes. */
import { sweep, type Sweep } from '../lib/engine/sweep.ts';
import { readSweeperSettings } from '../lib/lambda/environment.ts';
import { oncePerProcess, openPorts, type Overrides } from './function-ports.ts';

/** A Lambda handler for the events of a schedule. */
export type SweeperHandler = () => Promise<Sweep>;

/**
 * Makes the handler of the sweeper, for a Lambda on a schedule of one minute. It reads the index of the due: timers
 * too far away for the queue, wakes that got lost, runs whose worker died, runs to be purged.
 *
 * Its environment: `LULL_TABLE_NAME`, `LULL_QUEUE_URL`, and if you like `LULL_LOG_LEVEL` and `LULL_SWEEP_AHEAD_MS`: how
 * far ahead it looks for timers to tell the queue of, so that they fire in time and not with the sweep after.
 *
 * @example
 * ```ts no-run
 * import { createSweeperHandler } from 'lull/lambda';
 *
 * export const handler = createSweeperHandler();
 * ```
 */
export function createSweeperHandler(overrides: Overrides = {}): SweeperHandler {
  const open = oncePerProcess(() => {
    const settings = readSweeperSettings(overrides.environment ?? process.env);
    return { ...openPorts(settings, overrides), aheadMs: settings.aheadMs };
  });
  return async () => {
    const { aheadMs, ...ports } = open();
    const counts = await sweep(ports, { aheadMs });
    if (counts.woken + counts.purged + counts.ahead > 0) ports.log.info('swept', { ...counts });
    return counts;
  };
}
