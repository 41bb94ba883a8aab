import { expect, it } from 'vitest';
import { step, type StepContext, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';

it('a copy of the context has all that the context has', async () => {
  const copies: StepContext[] = [];
  const copied = workflow('copied', function* () {
    return yield* step('work', (context) => {
      const copy = { ...context };
      copies.push(copy);
      return [copy.idempotencyKey === context.idempotencyKey, copy.signal === context.signal, copy.stepId];
    });
  });
  await expect(createTestEngine({ workflows: [copied] }).run(copied)).resolves.toEqual([true, true, 'work#1']);
  expect(Object.keys(copies[0] ?? {}).sort()).toEqual(
    ['attempt', 'heartbeat', 'idempotencyKey', 'lastHeartbeat', 'log', 'remainingMs', 'runId', 'signal', 'stepId', 'write'], // prettier-ignore
  );
});
