/** CPython's scenarios on the whole engine: table, queue, turns and all, on the clock of the testing kit. */
import { describe, it } from 'vitest';
import { workflow } from 'lull';
import { RunFailedError } from 'lull/client';
import { createTestEngine, type TestEngineOptions } from 'lull/testing';
import { InconclusiveError } from '../inconclusive.ts';
import { silent } from '../testing/silent.ts';
import { expectTrace, type Played } from './expected.ts';
import { scenarios } from './scenarios.ts';
import { createTrace, type Scenario } from './trace.ts';

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
async function playOnEngine(scenario: Scenario, options: EngineOptions): Promise<Played> {
  const trace = createTrace(scenario);
  const played = workflow('played', trace.body);
  const logged: unknown[] = [];
  const log = { ...silent, error: (...values: unknown[]) => void logged.push(...values) };
  const engine = createTestEngine({ log, ...options, workflows: [played] });
  const run = await engine.start(played);
  try {
    return { rows: trace.rows, logged, outcome: { kind: 'completed', value: await run.result() } };
  } catch (error) {
    if (!(error instanceof RunFailedError)) throw new InconclusiveError('the run has no end', { cause: error });
    return { rows: trace.rows, logged, outcome: { kind: 'failed', error: error.cause } };
  }
}
