/** What a run knows: its time, its dice, itself, and where its words go. */
import type { Logger, LogLevel } from '../core/logger.ts';
import { currentLoop, currentLoopOrNone } from '../core/loop.ts';
import type { RunInfo } from '../core/run-info.ts';
import { currentStepContext } from '../core/step-context.ts';

/**
 * The run's own time: that of the event which woke it last. It is the same on each replay, and so is `new Date()` in a
 * workflow. asyncio: `loop.time`.
 *
 * @example
 * ```ts
 * const before = now();
 * yield* sleep('1h');
 * now().getTime() - before.getTime() >= 3_600_000; // => true
 * ```
 */
export function now(): Date {
  return new Date(currentLoop('now()').nowMs());
}

/**
 * A random number, 0 <= x < 1, from the run's own seed: the same on each replay, and so is `Math.random()` in a workflow.
 * The seed is drawn at random when the run begins and stands in its journal: another run draws other numbers, also under
 * the same id.
 *
 * @example
 * ```ts
 * const number = random();
 * yield* sleep('1h');
 * number >= 0 && number < 1; // => true
 * ```
 */
export function random(): number {
  return currentLoop('random()').random();
}

/**
 * A random UUID (version 4) from the run's own seed: the same on each replay, and so is `crypto.randomUUID()` in a
 * workflow. It is unique, and cannot be guessed by those who cannot read the table, not even from other UUIDs of the run.
 * Whoever can read the table can work it out: a key or a password that they must not know is made, and kept, in a step.
 *
 * @example
 * ```ts
 * const reference = uuid();
 * yield* step('send', () => `sent ${reference.length} characters`); // => 'sent 36 characters'
 * ```
 */
export function uuid(): string {
  const loop = currentLoop('uuid()');
  let text = '';
  for (let index = 0; index < 32; index += 1) {
    if (index === 8 || index === 12 || index === 16 || index === 20) text += '-';
    const digit = Math.floor(loop.random() * 16);
    // The version stands in the thirteenth digit, the variant in the two highest bits of the seventeenth.
    if (index === 12) text += '4';
    else text += (index === 16 ? 8 + (digit & 3) : digit).toString(16);
  }
  return text;
}

/**
 * What the run knows about itself: its id, its workflow, the version of the code that started it, when, and which
 * attempt it is.
 *
 * @example
 * ```ts
 * const { id, attempt } = runInfo();
 * yield* step('file', () => `${typeof id} ${attempt}`); // => 'string 1'
 * ```
 */
export function runInfo(): RunInfo {
  return currentLoop('runInfo()').runInfo;
}

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
  else currentLoop('log').log(level, values);
}
