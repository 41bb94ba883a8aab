/** CPython's scenarios on the whole engine: table, queue, turns and all, on the clock of the testing kit. */
import { describe, it } from 'vitest';
import { workflow } from 'lull';
import { RunFailedError } from 'lull/client';
import { createTestEngine, type TestEngineOptions } from 'lull/testing';
import type { Outcome } from '../../lib/scheduler/live-run.ts';
import { silent } from '../testing/silent.ts';
import { expectTrace } from './expected.ts';
import { scenarios } from './scenarios.ts';
import { createTrace, type Row, type Scenario } from './trace.ts';

export type EngineOptions = Omit<TestEngineOptions, 'workflows'>;

/** A test for each scenario. `options` is asked anew for each: a store of its own, say. */
export function describeOnEngine(title: string, options: () => EngineOptions | Promise<EngineOptions>): void {
  describe(title, () => {
    it.each(Object.entries(scenarios))('%s', async (name, scenario) => {
      expectTrace(name, await playOnEngine(scenario, await options()));
    });
  });
}

/** What a run of the scenario logs, and how it ends according to the table. */
async function playOnEngine(
  scenario: Scenario,
  options: EngineOptions,
): Promise<{ readonly rows: readonly Row[]; readonly outcome: Outcome }> {
  const trace = createTrace(scenario);
  const played = workflow('played', trace.body);
  const engine = createTestEngine({ log: silent, ...options, workflows: [played] });
  const run = await engine.start(played);
  try {
    return { rows: trace.rows, outcome: { kind: 'completed', value: await run.result() } };
  } catch (error) {
    if (!(error instanceof RunFailedError)) throw error;
    return { rows: trace.rows, outcome: { kind: 'failed', error: error.cause } };
  }
}
