import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client } from '../../lib/client/client.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';

afterEach(() => vi.unstubAllEnvs());

describe('a client without options', () => {
  it('needs no environment before its first call, which says what is missing', async () => {
    vi.stubEnv('LULL_TABLE_NAME', undefined);
    vi.stubEnv('LULL_QUEUE_URL', undefined);
    const client = new Client();
    const failing = client.run('r1').describe();
    await expect(failing).rejects.toMatchObject({ code: 'ENVIRONMENT' });
    await expect(failing).rejects.toThrow(
      "the environment is not as lull needs it: LULL_TABLE_NAME is not set (the name of lull's DynamoDB table",
    );
  });

  it('needs no queue to look at runs, and writes nothing without one', async () => {
    vi.stubEnv('LULL_QUEUE_URL', undefined);
    const calls: string[] = [];
    const store = aroundStore(new MemoryStore(), ({ operation }, go) => {
      calls.push(operation);
      return go();
    });
    const client = new Client({ store });
    expect(await client.count({ workflow: 'greet' })).toBe(0);
    await expect(client.start('greet', 'Ada')).rejects.toThrow('LULL_QUEUE_URL is not set');
    await expect(client.run('r1').cancel()).rejects.toThrow('LULL_QUEUE_URL is not set');
    expect(calls).toEqual(['listRuns']);
  });

  it('tries the environment again at the next call', async () => {
    vi.stubEnv('LULL_QUEUE_URL', undefined);
    const client = new Client({ store: new MemoryStore(), log: { ...console, warn: () => undefined } });
    await expect(client.start('greet', 'Ada')).rejects.toThrow('LULL_QUEUE_URL');
    vi.stubEnv('LULL_QUEUE_URL', 'http://127.0.0.1:9/000000000000/wakes');
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', 'http://127.0.0.1:9');
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    await expect(client.start('greet', 'Ada')).resolves.toBeDefined();
  });
});

describe('new Client', () => {
  it.each<[object, string]>([
    [
      { table: 'runs' },
      'a Client has no option "table": there are workflows, tableName, bucketName, payloadKey, queueUrl, dynamodb, s3, sqs, store, wakes, clock, log, queries, inspectRun, firstTurns, ids, callTimeout',
    ],
    [{ workflows: {} }, 'the module has no workflow among its exports (it exports nothing)'],
  ])('refuses %j', (options, message) => {
    expect(() => new Client(options)).toThrow(message);
  });
});
