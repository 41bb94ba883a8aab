import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { StoreNotSetUpError } from '../../lib/ports/world-errors.ts';
import { createdRun } from '../store/samples.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const tableName = await server.newTable();

afterAll(() => server.close());
afterEach(() => {
  vi.unstubAllEnvs();
});

test.each(['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL'])('%s leads to the table', async (name) => {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', undefined);
  vi.stubEnv(name, server.endpoint);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const store = createDynamodbStore({ tableName });
  const run = await createdRun(store);
  expect(await store.readRun(run.runId)).toEqual(run);
});

test('without a region the error says what is missing', async () => {
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_DEFAULT_REGION', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
  const store = createDynamodbStore({ tableName });
  await expect(store.readRun('r')).rejects.toThrow(StoreNotSetUpError);
  await expect(store.readRun('r')).rejects.toThrow(/region.*Region is missing/s);
});
