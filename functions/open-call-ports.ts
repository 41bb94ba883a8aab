/** What a function needs that EventBridge calls to start runs. */
import type { CallPorts } from '../lib/client/call-ports.ts';
import { RANDOM_IDS } from '../lib/client/identifiers.ts';
import { createRegistry, type WorkflowSource } from '../lib/core/workflow-registry.ts';
import { readFunctionSettings } from '../lib/lambda/environment.ts';
import { openPorts, type Overrides } from './function-ports.ts';
import { openTableForCallers } from './open-table.ts';

/** A start ends before the invocation does, which lasts 30 s. It is asked for again after that. */
const CALL_TIMEOUT_MS = 20_000;

export function openCallPorts(workflows: WorkflowSource, overrides: Overrides): CallPorts {
  const settings = readFunctionSettings(overrides.environment ?? process.env);
  const { store, wakes, clock, log } = openPorts(settings, overrides, openTableForCallers);
  return {
    ...{ registry: createRegistry(workflows), clock, log, ids: RANDOM_IDS, callTimeoutMs: CALL_TIMEOUT_MS },
    openStore: () => Promise.resolve(store),
    openWakes: () => Promise.resolve(wakes),
  };
}
