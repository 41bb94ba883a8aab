/** The log of the run, or of the step whose body runs. */
import type { Logger, LogLevel } from '../core/logger.ts';
import { currentLoopOrNone, currentLoopToRead } from '../core/loop.ts';
import { currentStepContext } from '../core/step-context.ts';

/**
 * Writes to the log of the run, once: it is silent while the run replays. In a step's body it writes to the step's log.
 *
 * @example
 * ```ts
 * log.info('waiting for the warehouse', { lines: 3 });
 * yield* sleep('1 day');
 * ```
 */
export const log: Logger = {
  debug: (...values) => write('debug', values),
  info: (...values) => write('info', values),
  warn: (...values) => write('warn', values),
  error: (...values) => write('error', values),
};

function write(level: LogLevel, values: readonly unknown[]): void {
  const context = currentLoopOrNone() === undefined ? currentStepContext() : undefined;
  if (context !== undefined) context.log[level](...values);
  else currentLoopToRead('log').log.write(level, values);
}
