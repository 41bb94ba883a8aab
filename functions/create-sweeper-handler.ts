/** The sweeper: wakes the runs that are due and that no worker runs. */
import { sweep, type Sweep } from '../lib/engine/sweep.ts';
import { readSweeperSettings } from '../lib/lambda/environment.ts';
import { createDueAges } from '../lib/lambda/due-ages.ts';
import type { HandlerContext } from '../lib/lambda/handler-context.ts';
import type { Observe } from '../lib/ports/observer.ts';
import { oncePerProcess, openMetrics, openPorts, type Overrides } from './function-ports.ts';
import { openBareTable } from './open-bare-table.ts';
import { serveInvocation } from './serve-invocation.ts';

/** A Lambda handler for the events of a schedule. */
export type SweeperHandler = (event?: unknown, context?: HandlerContext) => Promise<Sweep>;

/** What is left of an invocation when a sweep looks at no more runs: those that it looks at take a while yet. */
const MARGIN_MS = 10_000;

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
    const ports = openPorts(settings, overrides, openBareTable);
    const metrics = openMetrics(settings, ports.clock, overrides);
    return { ports, metrics, ages: createDueAges(), aheadMs: settings.aheadMs };
  });
  let hasWokenBlocked = false;
  const handle = async (context: HandlerContext | undefined): Promise<Sweep> => {
    const { ports, metrics, ages, aheadMs } = open();
    const leftMs = context === undefined ? Infinity : context.getRemainingTimeInMillis() - MARGIN_MS;
    const observe: Observe = (event) => {
      if (event.kind === 'due-run-found') ages.found(event);
    };
    const endsByMs = ports.clock.nowMs() + leftMs;
    // A deployment starts this process anew, and runs that are blocked wait for its code.
    const options = { aheadMs, wakesBlocked: !hasWokenBlocked, endsByMs, begin: Math.random() };
    const counts = await sweep({ ...ports, observe }, options);
    hasWokenBlocked ||= counts.isCut !== true; // what a sweep that is cut has not come to, the next one wakes
    if (counts.isCut === true) ports.log.warn('more runs are due than a sweep gets through: the next one goes on');
    const { woken, purged, ahead, held, putBack } = counts;
    if (woken + purged + ahead + held + putBack > 0) ports.log.info('swept', { ...counts });
    metrics.swept({ woken, oldestDueMs: ages.takeOldestMs() });
    return counts;
  };
  return (_event, context) => serveInvocation(context, () => handle(context));
}
