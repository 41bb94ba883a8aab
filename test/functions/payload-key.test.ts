// The deployed worker and API with a payload key: their own clients, over the network, to a table and to KMS.
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApiHandler } from '../../functions/create-api-handler.ts';
import { createSweeperHandler } from '../../functions/create-sweeper-handler.ts';
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { Client } from '../../lib/client/client.ts';
import { signal, step, workflow } from '../../lib/index.ts';
import { MemoryWakeQueue } from '../../lib/memory/memory-wake-queue.ts';
import { SystemClock } from '../../lib/memory/system-clock.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { startFakeKms } from '../kms/fake-kms.ts';
import { context, httpEvent, sqsEvent } from '../lambda/sample-events.ts';

const SECRET = 'secret-of-the-customer';
const ACCOUNT = '123456789012';
const ARN = `arn:aws:kms:us-east-1:${ACCOUNT}:key/today`;
/** As KMS says it. */
const DENIED = {
  error: 'AccessDeniedException',
  message:
    `User: arn:aws:sts::${ACCOUNT}:assumed-role/worker/worker is not authorized to perform: kms:Decrypt on resource: ` +
    `${ARN} because no identity-based policy allows the kms:Decrypt action`,
};

const approved = signal<string>('approved');
const order = workflow('order', function* (customer: string) {
  const charged = yield* step('charge', () => `charged ${customer}`);
  return `${charged}, approved by ${yield* approved.receive()}`;
});

const server = await startTableServer();
const kms = await startFakeKms(['today', 'other']);
const dynamodb = server.newClient();
afterAll(async () => {
  dynamodb.destroy();
  await server.close();
  await kms.close();
});

const VARIABLES = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_ENDPOINT_URL_DYNAMODB: server.endpoint,
  AWS_ENDPOINT_URL_KMS: kms.endpoint,
};
beforeEach(() => {
  for (const [name, value] of Object.entries(VARIABLES)) vi.stubEnv(name, value);
  kms.requests.length = 0;
  kms.disturb = () => undefined;
});
afterEach(() => {
  vi.unstubAllEnvs();
});

async function deploy() {
  const tableName = await server.newTable();
  const wakes = new MemoryWakeQueue(new SystemClock());
  const environment = {
    LULL_TABLE_NAME: tableName,
    LULL_QUEUE_URL: 'https://sqs.example/wakes',
    LULL_PAYLOAD_KEY: ARN,
  };
  const lines: string[] = [];
  const overrides = { environment, wakes, writeLine: (line: string) => void lines.push(line) };
  return {
    tableName,
    lines,
    client: new Client({ tableName, payloadKey: ARN, wakes }),
    api: createApiHandler([order], overrides),
    sweep: () => createSweeperHandler(overrides)({}, context()),
    /** A new process takes a turn. */
    turn: async (runId: string) => {
      const { batchItemFailures } = await createWorkerHandler([order], overrides)(
        sqsEvent(JSON.stringify({ runId })),
        context(),
      );
      return batchItemFailures.length === 0;
    },
    table: async () => {
      const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: tableName }));
      return JSON.stringify(Items, (_name, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      );
    },
  };
}

describe('the deployed functions with a payload key', () => {
  it('start, run, signal and show a run, of which the table has nothing in clear', async () => {
    const { client, turn, table, sweep, api } = await deploy();
    const run = await client.start(order, SECRET, { id: 'a' });
    expect(await turn('a')).toBe(true);
    await run.signal(approved, SECRET, { idempotencyKey: 'once' });
    expect(await turn('a')).toBe(true);
    expect(await run.result()).toBe(`charged ${SECRET}, approved by ${SECRET}`);
    expect(await table()).not.toContain(SECRET);
    await sweep();
    const answer = await api(httpEvent({ path: '/runs/a' }), context());
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ status: 'completed', input: SECRET });
    // One data key, made once, and the key of digests; each process decrypts what it needs, once. The sweeper needs none.
    const actions = kms.requests.map(({ action }) => action);
    expect(actions.filter((action) => action === 'GenerateDataKey')).toHaveLength(2);
    expect(actions.filter((action) => action === 'Decrypt')).toHaveLength(3);
  });

  it('block a run while a right is taken away, and go on with it, and show what is readable meanwhile', async () => {
    const { client, turn, api } = await deploy();
    const run = await client.start(order, SECRET, { id: 'a' });
    await turn('a');
    await run.signal(approved, 'Ada');
    kms.disturb = () => DENIED;
    expect(await turn('a')).toBe(true);
    const answer = await api(httpEvent({ path: '/runs/a' }), context());
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body ?? '')).toMatchObject({
      status: 'blocked',
      blocked: {
        code: 'PAYLOAD_KEY',
        reason: expect.stringContaining('kms:Decrypt was denied (AccessDeniedException)') as unknown,
      },
      input: { encrypted: expect.stringContaining('kms:Decrypt was denied (AccessDeniedException)') as unknown },
    });
    kms.disturb = () => undefined;
    await run.signal(approved, 'Bob'); // has it tried at once
    expect(await turn('a')).toBe(true);
    expect(await run.result()).toBe(`charged ${SECRET}, approved by Ada`);
  });

  it('refuse a start that cannot be encrypted, and start nothing', async () => {
    const { api, table } = await deploy();
    kms.disturb = () => ({ error: 'DisabledException', message: 'the key is disabled.' });
    const answer = await api(
      httpEvent({ method: 'POST', path: '/workflows/order/runs', body: JSON.stringify(SECRET) }),
      context(),
    );
    expect(answer.statusCode).toBe(503);
    expect(JSON.parse(answer.body ?? '')).toMatchObject({
      code: 'PAYLOAD_KEY',
      detail: expect.stringContaining('is disabled (DisabledException)') as unknown,
    });
    expect(answer.body).not.toContain(ARN);
    expect(answer.body).not.toContain(SECRET);
    expect(await table()).toBe('[]');
  });

  it.each([
    ['a right was taken away', DENIED],
    ['the key is to be deleted', { error: 'KMSInvalidStateException', message: `${ARN} is pending deletion.` }],
    ['the key is gone', { error: 'NotFoundException', message: `Key '${ARN}' does not exist` }],
    [
      'the key is none for payloads',
      { error: 'InvalidKeyUsageException', message: `${ARN} key usage is SIGN_VERIFY.` },
    ],
    ['credentials have expired', { error: 'ExpiredTokenException', message: `The token of ${ARN} is expired` }],
  ])(
    'tell callers why, but not of which key, role or account, where %s; the log has all of it',
    async (_what, refusal) => {
      const { client, turn, api, lines } = await deploy();
      await client.start(order, SECRET, { id: 'a' });
      await turn('a');
      await client.run('a').signal(approved, 'Ada');
      kms.disturb = () => refusal;
      lines.length = 0;
      await turn('a');
      expect(lines.filter((line) => line.includes('a run is blocked: its payload key'))).toHaveLength(1);
      expect(lines.join('\n')).toContain(JSON.stringify(refusal.message).slice(1, -1));
      lines.length = 0;
      const shown: string[] = [];
      for (const path of ['/runs', '/runs/a', '/runs/a/history', '/runs/a/export']) {
        const { body } = await api(httpEvent({ path }), context());
        shown.push(body);
      }
      expect(shown[1]).toContain(`(${refusal.error})`);
      expect(shown[2]).toContain(`(${refusal.error})`);
      expect(lines.join('\n')).toContain(JSON.stringify(refusal.message).slice(1, -1));
      const stored = (await client.run('a').describe()) as { readonly blocked?: { readonly reason: string } };
      expect(stored.blocked?.reason).toContain(`(${refusal.error})`);
      for (const text of [...shown, JSON.stringify(stored)]) {
        expect(text).not.toContain(ACCOUNT);
      }
    },
  );

  it('do not block a run while KMS throttles: the wake comes again', async () => {
    const { client, turn } = await deploy();
    const run = await client.start(order, SECRET, { id: 'a' });
    kms.disturb = () => ({ error: 'ThrottlingException' });
    expect(await turn('a')).toBe(false);
    expect((await client.run('a').describe()).status).toBe('pending');
    kms.disturb = () => undefined;
    expect(await turn('a')).toBe(true);
    expect((await run.describe()).status).toBe('suspended');
  });

  it('block a run whose data key was encrypted by a key that is not named here', async () => {
    const { client, turn, tableName, lines } = await deploy();
    const other = new Client({
      tableName,
      payloadKey: ARN.replace('today', 'other'),
      wakes: new MemoryWakeQueue(new SystemClock()),
    });
    await other.start(order, SECRET, { id: 'a' });
    expect(await turn('a')).toBe(true);
    const held = await client.run('a').describe();
    expect(held).toMatchObject({ status: 'blocked', blocked: { code: 'PAYLOAD_KEY' } });
    const reason = held.status === 'blocked' ? held.blocked?.reason : '';
    expect(reason).toContain('name that one as a former key too');
    expect(reason).not.toContain(ACCOUNT);
    expect(lines.join('\n')).toContain(`was encrypted by \\"${ARN.replace('today', 'other')}\\"`);
  });
});
