// Suspicion: an input that is wrong in a million places is answered with a million problems: more than Lambda answers
// with, or has memory for. And a schema whose words have the value in them sends it back whole, and into a log.
import { expect, it } from 'vitest';
import { InvalidInputError, workflow, signal, type StandardSchemaV1 as StandardSchema } from 'lull';
import { Client } from 'lull/client';
import { createTestEngine } from 'lull/testing';
import { createApi } from '../../lib/http/api.ts';
import { silent } from '../testing/silent.ts';

const wordy: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ({
      issues: (value as unknown[]).map((each, index) => ({
        message: `expected a text, got ${JSON.stringify(each)}`,
        path: ['lines', index],
      })),
    }),
  },
};
const order = workflow('order', { input: wordy }, function* () {});
const lines = signal('lines', { schema: wordy });

function clientOf(): Client {
  return createTestEngine({ workflows: [order], log: silent }).client;
}

async function refusal(act: () => Promise<unknown>): Promise<InvalidInputError> {
  const error: unknown = await act().catch((thrown: unknown) => thrown);
  if (!(error instanceof InvalidInputError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

it.each([
  ['an input', (value: unknown) => clientOf().start('order', value)],
  [
    'a payload',
    (value: unknown) =>
      clientOf()
        .run('r')
        .signal(lines, value as never),
  ],
])('of %s that is wrong in 100,000 places, the first hundred are told', async (_what, give) => {
  const { issues, message } = await refusal(() => give(Array.from({ length: 100_000 }, (_, index) => index)));
  expect(issues).toHaveLength(100);
  expect(issues[99]).toEqual({ path: '$.lines[99]', message: 'expected a text, got 99' });
  expect(message.length).toBeLessThan(10_000);
  expect(message).toMatch(/; and 99990 more$/);
});

it('what a schema says of a value is told in short, and its path too', async () => {
  const secret = 'sesame'.repeat(100_000);
  const { issues, message } = await refusal(() => clientOf().start('order', [secret]));
  expect(issues[0]!.message.length).toBeLessThanOrEqual(300);
  expect(message.length).toBeLessThan(1_000);
});

it('the answer over HTTP is small', async () => {
  const api = createApi({ client: clientOf(), workflows: ['order'], log: silent });
  const body = JSON.stringify(Array.from({ length: 500_000 }, () => 1));
  const response = await api.request('/workflows/order/runs', { method: 'POST', body });
  expect(response.status).toBe(422);
  expect((await response.text()).length).toBeLessThan(50_000);
});

it('up to ten are all in the message', async () => {
  const { message } = await refusal(() => clientOf().start('order', [1, 2]));
  expect(message).toBe(
    'the input of workflow "order" does not fit its schema: $.lines[0]: expected a text, got 1; $.lines[1]: expected a text, got 2',
  );
});
