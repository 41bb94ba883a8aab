/** What the three functions are made of: the environment says where, the ports of lib/ do the rest. */
import { createDynamodbStore } from '../lib/dynamodb/create-dynamodb-store.ts';
import type { Logger } from '../lib/core/logger.ts';
import type { Environment, FunctionSettings } from '../lib/lambda/environment.ts';
import { createJsonLogger } from '../lib/lambda/json-logger.ts';
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
}

export function openPorts(settings: FunctionSettings, overrides: Overrides): FunctionPorts {
  const clock = overrides.clock ?? new SystemClock();
  return {
    clock,
    store: overrides.store ?? createDynamodbStore({ tableName: settings.tableName }),
    wakes: overrides.wakes ?? createSqsWakeQueue({ queueUrl: settings.queueUrl }),
    log: overrides.log ?? createJsonLogger({ level: settings.logLevel, nowMs: () => clock.nowMs(), write: writeLine }),
  };
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
function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
