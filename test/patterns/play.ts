/** Plays a pattern in the testing kit. */
import type { AnyWorkflow } from '../../lib/core/workflow.ts';
import { crashEverywhere, createTestEngine, type TestEngine } from 'lull/testing';
import { outside } from './workflows/outside.ts';

export interface Pattern {
  readonly workflows: readonly AnyWorkflow[];
  /** What happens, assertions included. What was done outside is empty before. */
  readonly scenario: (engine: TestEngine) => Promise<void>;
}

/** As it is. */
export async function playOnce({ workflows, scenario }: Pattern): Promise<void> {
  outside.reset();
  await scenario(createTestEngine({ workflows }));
}

/** As it is, and with a crash before and after each write and each step. */
export async function play({ workflows, scenario }: Pattern): Promise<void> {
  await crashEverywhere({
    workflows,
    scenario: async (engine) => {
      outside.reset();
      await scenario(engine);
    },
  });
}
