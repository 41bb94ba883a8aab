/**
 * What belongs to one invocation, or to one turn within it: it goes along with every await that comes of it, so turns
 * that interleave in one invocation do not mix.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { HandlerContext } from './handler-context.ts';

export interface Scope {
  /** In every line of its log. */
  readonly keys: Record<string, string | number | boolean>;
  /** Of the table, spent by it. */
  writeUnits: number;
  /** Of the invocation. */
  leftMs(): number;
}

const storage = new AsyncLocalStorage<Scope>();

/** Calls it in a scope of its own, which has the keys of the one around it and these. With a context it is an invocation. */
export function withScope<T>(keys: Scope['keys'], call: () => T, context?: HandlerContext): T {
  const around = storage.getStore();
  const leftMs = (): number => context?.getRemainingTimeInMillis() ?? around?.leftMs() ?? Infinity;
  return storage.run({ keys: { ...around?.keys, ...keys }, writeUnits: 0, leftMs }, call);
}

/** Undefined outside of any invocation. */
export function currentScope(): Scope | undefined {
  return storage.getStore();
}

let isCold = true; // of this process: its first invocation

/** What every line of an invocation's log has, under the names that Powertools gives them. */
export function keysOf(context: HandlerContext | undefined): Scope['keys'] {
  const wasCold = isCold;
  isCold = false;
  return {
    ...(context?.functionName === undefined ? {} : { function_name: context.functionName }),
    ...(context?.awsRequestId === undefined ? {} : { function_request_id: context.awsRequestId }),
    cold_start: wasCold,
  };
}
