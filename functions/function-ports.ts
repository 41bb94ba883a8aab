/** What the three functions are made of: the environment says where, the ports of lib/ do the rest. */
import type { StepCommand } from '../lib/core/command.ts';
import type { Logger } from '../lib/core/logger.ts';
import type { StepContext } from '../lib/core/step.ts';
import type { Environment, FunctionSettings } from '../lib/lambda/environment.ts';
import { createFunctionLogger } from '../lib/lambda/function-logger.ts';
import { createMetrics, NO_METRICS, type Metrics } from '../lib/lambda/metrics.ts';
import { createSqsWakeQueue } from '../lib/lambda/sqs-wake-queue.ts';
import { SystemClock } from '../lib/memory/system-clock.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { Store } from '../lib/ports/store.ts';
import type { WakeQueue } from '../lib/ports/wake-queue.ts';

/** The doors to the world that a function goes through. */
export interface FunctionPorts {
  readonly store: Store;
  readonly wakes: WakeQueue;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Parts to use instead of those that the environment names. */
export interface Overrides extends Partial<FunctionPorts> {
  /** Default: the process's own. */
  readonly environment?: Environment;
  /** Takes a line of log or metrics, without its line break. Default: standard output. */
  readonly writeLine?: (line: string) => void;
  /** Calls the body of a step in the worker; a test may call something else in its place. Default: just that. */
  readonly callBody?: (command: StepCommand, context: StepContext) => unknown;
}

export function openPorts(
  settings: FunctionSettings,
  overrides: Overrides,
  openTable: (settings: FunctionSettings, log: Logger) => Store,
): FunctionPorts {
  const clock = overrides.clock ?? new SystemClock();
  const log = overrides.log ?? openLog(settings, overrides);
  return {
    ...{ clock, log },
    store: overrides.store ?? openTable(settings, log),
    wakes: overrides.wakes ?? createSqsWakeQueue({ queueUrl: settings.queueUrl }),
  };
}

function openLog({ logLevel, engine = 'lull' }: FunctionSettings, { writeLine = toStandardOutput }: Overrides): Logger {
  return createFunctionLogger({ level: logLevel, service: engine, write: writeLine });
}

/** Metrics are written where the environment names the engine. */
export function openMetrics({ engine }: FunctionSettings, clock: Clock, overrides: Overrides): Metrics {
  if (engine === undefined) return NO_METRICS;
  return createMetrics({ engine, write: overrides.writeLine ?? toStandardOutput, nowMs: () => clock.nowMs() });
}

/**
 * Made at the first invocation and kept for the process: importing a handler needs no environment, and what is wrong
 * with it is said by each invocation.
 */
export function oncePerProcess<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** One write for each line: Lambda makes a log event of it. */
function toStandardOutput(line: string): void {
  process.stdout.write(`${line}\n`);
}
