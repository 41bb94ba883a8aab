/**
 * The items that start a run, for a transaction of the caller's own: the run begins if the caller's writes are made, and
 * else there is no run. It is operation 1 of docs/protocol.md, carried out by the caller; its condition is in the items.
 */
import { InvalidArgumentError } from '../core/run-errors.ts';
import { TABLE_LIMITS } from '../ports/content-limits.ts';
import { hasStartItems, type StartPut } from '../ports/start-items.ts';
import { sendWake } from './best-effort.ts';
import type { CallPorts } from './call-ports.ts';
import { type StartRequest, toNewRun } from './start-run.ts';

/** What starts a run within a transaction of your own. */
export interface StartItems {
  /** Of the run. */
  readonly id: string;
  /** One or two entries for `TransactItems` of a `TransactWriteItemsCommand`. */
  readonly items: readonly StartPut[];
  /** To be called when the transaction was carried out: the run begins at once. Without it, the sweeper begins the run, within a minute. */
  wake(): Promise<void>;
}

export async function startItems(ports: CallPorts, request: StartRequest): Promise<StartItems> {
  if (request.options.onConflict !== undefined) {
    throw new InvalidArgumentError(
      'startItems has no onConflict: where the id is taken, the condition of its item fails, and with it your transaction',
    );
  }
  const store = await ports.openStore();
  if (!hasStartItems(store)) {
    throw new InvalidArgumentError(
      'startItems needs a client of a DynamoDB table: this one has another store, as in the testing kit. Use lull dev, or a ' +
        'table of DynamoDB Local',
    );
  }
  const { run, value, delayMs } = await toNewRun(ports, request, TABLE_LIMITS);
  const items = await store.startItems(run, value);
  return {
    id: run.runId,
    items,
    wake: async () => {
      if (run.needsWake !== true) await sendWake(ports, await ports.openWakes(), run.runId, delayMs);
    },
  };
}
