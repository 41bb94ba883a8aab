/** The workflows of the engine, kept as they are: which there are, and which are paused. */
import { computed, effect, signal } from '@preact/signals';
import { ask } from './ask.ts';
import { about, watched } from './page-state.ts';
import { poll, type Poller } from './poll.ts';

export interface PausedWorkflow {
  readonly name: string;
  readonly pausedAt: string;
  readonly reason?: string;
}

interface WorkflowsAnswer {
  readonly workflows: readonly string[];
  readonly paused?: readonly PausedWorkflow[];
}

const answer = signal<WorkflowsAnswer>({ workflows: [] });
export const areWorkflowsRead = signal(false);

/** Names of those that can be started. */
export const workflows = computed(() => answer.value.workflows);
/** By name; also those that cannot be started any more. */
export const pausedWorkflows = computed(() => new Map((answer.value.paused ?? []).map((each) => [each.name, each])));

let poller: Poller | undefined;

export function watchWorkflows(): void {
  effect(() => {
    const { isLocal } = about.value;
    poller?.stop();
    poller = poll(look, { isLocal });
  });
}

/** Something is new. */
export function lookAtWorkflows(): void {
  poller?.now();
}

async function look(stopping: AbortSignal): Promise<{ hasMoved: boolean }> {
  const next = await watched(ask<WorkflowsAnswer>('/workflows', { signal: stopping }));
  areWorkflowsRead.value = true;
  const hasMoved = JSON.stringify(next) !== JSON.stringify(answer.peek());
  if (hasMoved) answer.value = next;
  return { hasMoved };
}
