// I10: which workflows are paused, why, and how late a worker learns of it, has limits.
import { workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { expect } from 'vitest';
import { PAUSE_REASON_LIMIT } from '../../lib/client/workflows.ts';
import { DEFAULT_SETTINGS } from '../../lib/engine/settings.ts';
import { SmallCloud } from '../engine/small-cloud.ts';
import { codeOf, limit } from './limit-cases.ts';

const ping = workflow('ping', function* (text: string) {
  return text;
});

const reason = (characters: number): Promise<string> =>
  codeOf(() =>
    createTestEngine({ workflows: [ping] }).client.workflows.pause('ping', { reason: 'x'.repeat(characters) }),
  );

limit('PAUSE_REASON_LIMIT', {
  under: async () => expect(await reason(PAUSE_REASON_LIMIT - 1)).toBe('taken'),
  at: async () => expect(await reason(PAUSE_REASON_LIMIT)).toBe('taken'),
  over: async () => expect(await reason(PAUSE_REASON_LIMIT + 1)).toBe('INVALID_ARGUMENT'),
});

/** What becomes of the pause of the last of so many workflows. */
async function pause(count: number): Promise<string> {
  const workflows = Array.from({ length: count }, (_, index) => workflow(`flow-${index}`, function* () {}));
  const { client } = createTestEngine({ workflows });
  for (const { name } of workflows.slice(1)) await client.workflows.pause(name);
  return codeOf(() => client.workflows.pause('flow-0'));
}

limit('LISTED_WORKFLOWS_LIMIT', {
  under: async () => expect(await pause(99)).toBe('taken'),
  at: async () => expect(await pause(100)).toBe('taken'),
  over: async () => expect(await pause(101)).toBe('WORKFLOW_LIST_FULL'),
});

/** How a turn ends that begins so long after the pause, of a worker that has read the list right before that. */
async function turnAfter(ms: number): Promise<string> {
  const cloud = new SmallCloud([ping]);
  const worker = cloud.worker();
  await worker.turn((await cloud.client.start(ping, 'first')).id);
  await cloud.client.workflows.pause('ping');
  const { id } = await cloud.client.start(ping, 'second');
  cloud.pass(ms);
  return (await worker.turn(id)).kind;
}

const { workflowListMaxAgeMs } = DEFAULT_SETTINGS;

limit('workflowListMaxAgeMs', {
  under: async () => expect(await turnAfter(workflowListMaxAgeMs - 1)).toBe('ended'),
  at: async () => expect(await turnAfter(workflowListMaxAgeMs)).toBe('skipped'),
  over: async () => expect(await turnAfter(workflowListMaxAgeMs + 1)).toBe('skipped'),
});
