/** What callers do with the client. */
import type { Client } from '../../../lib/client/client.ts';
import { RunNotFoundError } from '../../../lib/core/run-errors.ts';
import type { Run } from '../../../lib/client/run.ts';
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';

interface ActionBase {
  /** After the action before it. */
  readonly waitMs: number;
  /** Does not give up before it has an answer that is final. */
  readonly persists: boolean;
  /** By the HTTP API, not by the client. */
  readonly isOverHttp?: boolean;
}

/** One thing that a caller does. */
export type Action = ActionBase &
  (
    | {
        readonly do: 'start';
        readonly workflow: string;
        readonly input: unknown;
        readonly delayMs?: number;
        /** Instead of the run's id, which follows from it. */
        readonly key?: string;
      }
    /** With a key, repeats are one signal. */
    | { readonly do: 'signal'; readonly name: string; readonly payload: unknown; readonly key?: string }
    /** The callback of that name; with an error, if the payload begins with "no". */
    | { readonly do: 'complete'; readonly name: string; readonly payload: string; readonly key?: string }
    | { readonly do: 'cancel'; readonly reason: string }
    | { readonly do: 'terminate'; readonly reason: string; readonly undo?: true }
    /** Under its id, repeats are one update. */
    | { readonly do: 'update'; readonly name: string; readonly input: unknown; readonly id: string }
    | { readonly do: 'query'; readonly name: string }
    | { readonly do: 'look' }
  );

export interface ActsWith {
  readonly workflows: ReadonlyMap<string, AnyWorkflow>;
  /** The token of a callback that the journal has. */
  readonly tokenOf: (runId: string, callback: string) => string | undefined;
}

const PATIENCE_MS = 20_000;

export async function act(
  client: Client,
  runId: string,
  action: Action,
  { workflows, tokenOf }: ActsWith,
): Promise<unknown> {
  switch (action.do) {
    case 'start': {
      const workflow = workflows.get(action.workflow) as AnyWorkflow;
      const options = {
        ...(action.key === undefined ? { id: runId } : { idempotencyKey: action.key }),
        ...(action.delayMs === undefined ? {} : { delay: action.delayMs }),
      };
      const { id } = await client.start(workflow, action.input as never, options);
      if (id !== runId) throw new Error(`run "${id}" was started, and "${runId}" was wanted`);
      return undefined;
    }
    case 'signal': {
      const options = action.key === undefined ? {} : { idempotencyKey: action.key };
      await client.run(runId).signal(action.name, action.payload, options);
      return undefined;
    }
    case 'complete': {
      const token = tokenOf(runId, action.name);
      if (token === undefined) throw new RunNotFoundError(runId); // it asks again
      const options = action.key === undefined ? {} : { idempotencyKey: action.key };
      if (action.payload.startsWith('no')) await client.failCallback(token, new Error(action.payload), options);
      else await client.completeCallback(token, action.payload, options);
      return undefined;
    }
    case 'cancel':
      return client.run(runId).cancel(action.reason);
    case 'terminate':
      return client.run(runId).terminate(action.reason, action.undo === undefined ? {} : { undo: true });
    case 'update':
      return client.run(runId).update(action.name, action.input, { id: action.id, timeout: PATIENCE_MS });
    case 'query':
      return client.run(runId).query(action.name);
    case 'look':
      await client.run(runId).describe({ wait: PATIENCE_MS });
      await readAll(client.run(runId));
      return undefined;
  }
}

/** Values are decoded when they are read. */
async function readAll(run: Run<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const event of run.history()) values.push(event.value);
  return values;
}
