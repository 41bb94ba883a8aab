/** An event of the queue, in JSON: each message that is no wake is failed, none is dropped, and nothing else is thrown. */
import { createWorkerHandler } from '../../../functions/create-worker-handler.ts';
import { workflow } from '../../../lib/api/workflow.ts';
import { createWorld } from '../../client/client-world.ts';
import { context, sqsEvent } from '../../lambda/sample-events.ts';
import { expectLanguageIntact, expectThat, type FuzzTarget, readJson } from '../target.ts';

const greet = workflow('greet', function* () {
  return 'hello';
});
const environment = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };

const sqs: FuzzTarget = {
  seeds: [
    JSON.stringify(sqsEvent('{"runId":"r1"}')),
    JSON.stringify(sqsEvent('{"runId":"nobody"}', 'hello', '{"runId":""}')),
    '{"Records":[{"messageId":"m","body":"{\\"runId\\":\\"r1\\"}"}]}',
  ],
  async run(input) {
    const json = readJson(input);
    if (json === undefined) return;
    const { store, wakes, clock, log, client } = createWorld();
    await client.start(greet.name, undefined, { id: 'r1' });
    const worker = createWorkerHandler([greet], { store, wakes, clock, log, environment, writeLine: () => undefined });
    try {
      const { batchItemFailures } = await worker(json.value as never, context());
      const { Records: records } = json.value as { Records: { messageId?: unknown }[] };
      const ids = new Set(records.map(({ messageId }) => messageId));
      const strange = batchItemFailures.filter(({ itemIdentifier }) => !ids.has(itemIdentifier));
      expectThat(strange.length === 0, `${JSON.stringify(strange)} are failed, and are not in the batch`);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'NOT_A_QUEUE_EVENT') throw error;
    }
    expectLanguageIntact();
  },
};
export default sqs;
