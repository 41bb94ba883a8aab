/**
 * A run that ends starts another one, through a bus of the template's cloud: the worker puts the event, a rule matches it,
 * and the function of the event starts starts the run. And what the bus says to those who may not.
 */
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { EventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { beforeAll, expect, it } from 'vitest';
import { startLocalCloud, type CloudEvent, type StackCloud } from 'lull/local';
import { synthesizeStack } from './built-stack.ts';
import { temporaryFolder, whenAllIsOver } from '../local/temporary-folder.ts';
import { waitUntil } from '../local/wait-until.ts';

const SLACK_MS = 60_000;

const whenDone = whenAllIsOver();
let cloud: StackCloud;
let events: EventBridgeClient;
const notices: CloudEvent[] = [];

beforeAll(async () => {
  let bus: EventBus;
  const from = synthesizeStack(
    whenDone,
    (stack) => {
      bus = new EventBus(stack, 'Bus', { eventBusName: 'orders' });
      return { events: bus };
    },
    (engine, stack) => {
      const queue = new Queue(stack, 'Seen');
      new Rule(stack, 'All', { eventBus: bus, eventPattern: { source: ['lull'] }, targets: [new SqsQueue(queue)] });
      engine.addEventStart('after', {
        eventBus: bus,
        eventPattern: { source: ['lull'], detailType: ['Run Completed'], detail: { workflow: ['nap'] } },
        workflow: 'echo',
        input: RuleTargetInput.fromEventPath('$.detail.runId'),
      });
      engine.addEventStart('orders', { eventPattern: { source: ['shop'] }, workflow: 'echo' });
    },
  );
  cloud = await startLocalCloud({
    from,
    dir: join(temporaryFolder(whenDone), 'cloud'),
    maxSandboxes: 2,
    callers: { stranger: [] },
    log: (notice) => notices.push(notice),
  });
  whenDone(() => cloud.stop());
  events = new EventBridgeClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: cloud.credentials.admin,
  });
  whenDone(() => events.destroy());
}, 300_000);

async function seen(count: number): Promise<{ 'detail-type': string; detail: Record<string, unknown> }[]> {
  const { endpoint, region } = cloud;
  const sqs = new SQSClient({ endpoint, region, credentials: cloud.credentials.admin });
  const bodies: string[] = [];
  const QueueUrl = `${cloud.endpoint}/000000000000/${cloud.queues
    .ids()
    .find((id) => id.includes('Seen'))!
    .replace('/', '-')}`;
  while (bodies.length < count) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
    );
    bodies.push(...Messages.map(({ Body = '' }) => Body));
  }
  sqs.destroy();
  return bodies.map((body) => JSON.parse(body) as Awaited<ReturnType<typeof seen>>[number]);
}

it('the end of a run starts another one, once', { timeout: 240_000 }, async () => {
  const client = cloud.client();
  await client.start('nap', '0s', { id: 'n1', attributes: { customer: 'c1' } });
  await client.run('n1').result({ timeout: SLACK_MS });
  const all = await seen(4);
  const ends = all.filter(({ 'detail-type': type }) => type === 'Run Completed');
  expect(all.map(({ 'detail-type': type, detail }) => `${type}: ${String(detail['workflow'])}`).sort()).toEqual([
    'Run Completed: echo',
    'Run Completed: nap',
    'Run Started: echo',
    'Run Started: nap',
  ]);
  const nap = ends.find(({ detail }) => detail['workflow'] === 'nap')!;
  expect(nap).toMatchObject({
    source: 'lull',
    detail: { engine: 'Shop/Workflows', runId: 'n1', status: 'completed', attributes: { customer: 'c1' } },
  });
  const followUp = `after:${String(nap.detail['id'])}`;
  expect(await client.run(followUp).result({ timeout: SLACK_MS })).toMatch(/^n1 from/);
});

it(
  'an event of another sender starts a run, and one that does not match starts none',
  { timeout: 240_000 },
  async () => {
    const put = (source: string) => ({ Source: source, DetailType: 'Order Placed', Detail: '{"order":"o1"}' });
    const { Entries = [], FailedEntryCount } = await events.send(
      new PutEventsCommand({ Entries: [put('shop'), put('other'), { ...put('shop'), Detail: 'no JSON' }] }),
    );
    expect(FailedEntryCount).toBe(1);
    expect(Entries[2]).toMatchObject({ ErrorCode: 'MalformedDetail' });
    const [shop, other] = Entries.map(({ EventId }) => `orders:${EventId ?? ''}`) as [string, string];
    const client = cloud.client();
    await waitUntil(
      async () =>
        (await client
          .run(shop)
          .describe()
          .catch(() => undefined)) !== undefined,
    );
    expect(await client.run(shop).describe()).toMatchObject({ workflow: 'echo', input: { detail: { order: 'o1' } } });
    await expect(client.run(other).describe()).rejects.toThrow('there is no run');
  },
);

it('who may not is refused, and so is a bus that there is not', { timeout: 60_000 }, async () => {
  const { endpoint, region } = cloud;
  const entry = { Source: 'shop', DetailType: 'Order Placed', Detail: '{}' };
  const missing = new PutEventsCommand({ Entries: [{ ...entry, EventBusName: 'nobodys' }] });
  await expect(events.send(missing)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const clientOf = (credentials: typeof cloud.credentials.admin): EventBridgeClient =>
    new EventBridgeClient({ endpoint, region, credentials, maxAttempts: 1 });
  const [stranger, forger] = [
    cloud.credentials.ofUser('stranger'),
    { ...cloud.credentials.admin, secretAccessKey: 'x' },
  ];
  for (const [credentials, name] of [
    [stranger, 'AccessDeniedException'],
    [forger, 'InvalidSignatureException'],
  ] as const) {
    const client = clientOf(credentials);
    await expect(client.send(new PutEventsCommand({ Entries: [entry] }))).rejects.toMatchObject({ name });
    client.destroy();
  }
  expect(notices).toContainEqual(expect.objectContaining({ kind: 'call-denied', action: 'events:PutEvents' }));
});
