import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, expect, it } from 'vitest';
import { startOpenEndpoint } from './open-endpoint.ts';

const arn = 'arn:aws-cn:events:cn-north-1:000000000000:event-bus/orders';
const endpoint = await startOpenEndpoint({
  resources: { region: 'cn-north-1', eventBuses: [{ id: 'Bus', name: 'orders', arn }] },
});
const client = new EventBridgeClient({
  endpoint: endpoint.endpoint,
  region: 'cn-north-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
afterAll(async () => {
  client.destroy();
  await endpoint.stop();
});

it.each([
  ['its name', 'orders'],
  ['its ARN', arn],
])('finds a bus by %s, in whatever partition it is', async (_what, EventBusName) => {
  const entry = { EventBusName, Source: 'shop', DetailType: 'Order Placed', Detail: '{}' };
  expect((await client.send(new PutEventsCommand({ Entries: [entry] }))).FailedEntryCount).toBe(0);
});

it('says which bus is not there', async () => {
  const entry = { EventBusName: 'others', Source: 'shop', DetailType: 'Order Placed', Detail: '{}' };
  await expect(client.send(new PutEventsCommand({ Entries: [entry] }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
