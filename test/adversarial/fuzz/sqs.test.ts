/** What SQS, and whoever else sends to the queue, may hand to the worker; and what a deployment may put into its environment. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorkerHandler } from '../../../functions/create-worker-handler.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import { EnvironmentError, readFunctionSettings, readWorkerSettings } from '../../../lib/lambda/environment.ts';
import { aroundStore } from '../../../lib/testing/around-store.ts';
import { createWorld } from '../../client/client-world.ts';
import { context, sqsEvent } from '../../lambda/sample-events.ts';

const SEED = 20_261_122;
const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };

const greet = workflow('greet', function* () {
  return 'hello';
});

/** A body, and whether it asks for a turn that can be taken. */
interface Sent {
  readonly body: unknown;
  readonly isBad: boolean;
}

const wake = fc
  .constantFrom('r1', 'r2', 'nobody', '__proto__', 'constructor', 'x'.repeat(128), '..')
  .map((runId): Sent => ({ body: JSON.stringify({ runId }), isBad: false }));
const failing = fc.constant<Sent>({ body: '{"runId":"unlucky"}', isBad: true });
const noWake = fc
  .oneof(
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '',
      '{"runId":""}',
      '{"runId":" "}',
      '{"runId":"../x"}',
      '{"runId":"\\ud800"}',
      JSON.stringify({ runId: 'x'.repeat(129) }),
      '{"runId":["r1"]}',
      '{"runid":"r1"}',
      '{"__proto__":{"runId":"r1"}}',
      '[{"runId":"r1"}]',
    ),
    fc.constantFrom(undefined, null, 7, {}, [], '['.repeat(200_000), `{"runId":"r1"`),
  )
  .map((body): Sent => ({ body, isBad: true }));

describe('the worker', () => {
  it('fails exactly the messages that are no wake or whose turn failed, whatever stands beside them', async () => {
    const batches = fc.array(fc.oneof({ weight: 3, arbitrary: wake }, failing, noWake), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => {
        const world = createWorld();
        const { wakes, clock, log } = world;
        const store = aroundStore(world.store, (call, go) =>
          call.runId === 'unlucky' ? Promise.reject(new Error('the table is gone')) : go(),
        );
        for (const id of ['r1', 'r2']) await world.client.start(greet.name, undefined, { id });
        const worker = createWorkerHandler([greet], { store, wakes, clock, log, environment });
        const event = sqsEvent(...batch.map(({ body }) => body as string));
        const { batchItemFailures } = await worker(event, context());
        const bad = event.Records.filter((_, index) => batch[index]?.isBad);
        expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(
          bad.map(({ messageId }) => messageId).sort(),
        );
        for (const id of ['r1', 'r2']) {
          const isAsked = batch.some(({ body }) => body === JSON.stringify({ runId: id }));
          expect((await world.store.readRun(id))?.status).toBe(isAsked ? 'completed' : 'pending');
        }
      }),
      { numRuns: 150, seed: SEED },
    );
  });
});

describe('the environment', () => {
  it('is read, or an error names each variable that is wrong and no other', () => {
    const text = fc.option(
      fc.oneof(
        fc.constantFrom(
          '',
          ' ',
          '0',
          '-1',
          '1e4',
          '1000',
          '999',
          '900000',
          '900001',
          '0x7d0',
          'NaN',
          'INFO',
          'warn',
          '\0',
        ),
        fc.string({ unit: 'binary', maxLength: 6 }),
      ),
      { nil: undefined },
    );
    const names = ['LULL_TABLE_NAME', 'LULL_QUEUE_URL', 'LULL_LOG_LEVEL', 'LULL_LEASE_MS', 'LULL_VERSION'] as const;
    const given = fc.record({
      LULL_TABLE_NAME: text,
      LULL_QUEUE_URL: text,
      LULL_LOG_LEVEL: text,
      LULL_LEASE_MS: text,
      LULL_VERSION: text,
    });
    fc.assert(
      fc.property(given, (variables) => {
        const {
          LULL_TABLE_NAME: table,
          LULL_QUEUE_URL: queue,
          LULL_LOG_LEVEL: level,
          LULL_LEASE_MS: lease,
        } = variables;
        const isSet = (value: string | undefined): boolean => (value ?? '').trim() !== '';
        const isLease =
          !lease || (Number.isInteger(Number(lease)) && Number(lease) >= 1_000 && Number(lease) <= 900_000);
        const wrong = new Set<string>([
          ...(isSet(table) ? [] : ['LULL_TABLE_NAME']),
          ...(isSet(queue) ? [] : ['LULL_QUEUE_URL']),
          ...(!level || ['debug', 'info', 'warn', 'error'].includes(level.toLowerCase()) ? [] : ['LULL_LOG_LEVEL']),
        ]);
        expect(named(() => readFunctionSettings(variables), names)).toEqual(wrong);
        expect(named(() => readWorkerSettings(variables), names)).toEqual(
          isLease ? wrong : new Set([...wrong, 'LULL_LEASE_MS']),
        );
      }),
      { numRuns: 1_000, seed: SEED },
    );
  });
});

/** The variables that the error of a reading names; none if it is read. */
function named(read: () => unknown, names: readonly string[]): Set<string> {
  try {
    read();
    return new Set();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return new Set(names.filter((name) => error.message.includes(name)));
  }
}
