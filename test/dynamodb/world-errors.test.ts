/** What the world does to a request, and which error of ours it becomes. */
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamodbStore } from '../../lib/dynamodb/create-dynamodb-store.ts';
import { StoreNotSetUpError, StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { createdRun, newRun, signal, takenRun, taking, INBOX_LIMIT, START_MS } from '../store/samples.ts';
import { aroundEachRequest, networkError, returnWhatFailed, serviceError } from './client-faults.ts';
import { startTableServer } from './table-server.ts';

const server = await startTableServer();
const tableName = await server.newTable();
const healthy = createDynamodbStore({ tableName, client: server.newClient() });

type Request = Parameters<typeof aroundEachRequest>[1];

/** A store whose requests go through `request` first. */
function storeThrough(request: Request) {
  const client = server.newClient();
  aroundEachRequest(client, request);
  return createDynamodbStore({ tableName, client });
}

afterAll(() => server.close());

describe('a request without an answer', () => {
  const causes = [
    networkError(),
    serviceError('ThrottlingException', 'Rate exceeded'),
    serviceError('ProvisionedThroughputExceededException', 'slow down'),
    serviceError('RequestLimitExceeded', 'slow down'),
    serviceError('TimeoutError', 'no answer within 5000 ms'),
    serviceError('InternalServerError', 'oops', 500),
    serviceError('UnknownError', 'bad gateway', 502),
    Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }),
  ];

  test.each(causes)(
    '$name ($message) is a StoreUnavailableError which names the operation and keeps its cause',
    async (cause) => {
      const store = storeThrough(() => Promise.reject(cause));
      const attempts = {
        readRun: () => store.readRun('r'),
        createRun: () => store.createRun(newRun()),
        take: () => store.take('r', taking('worker-1')),
        loadRecords: () => store.loadRecords('r', 0),
        loadMessages: () => store.loadMessages('r', ['m1']),
        deleteMessages: () => store.deleteMessages('r', ['m1']),
        purge: () => store.purge('r', START_MS),
        listRuns: () => store.listRuns({ workflows: ['w'], limit: 1 }),
      };
      for (const [operation, attempt] of Object.entries(attempts)) {
        const error: unknown = await attempt().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StoreUnavailableError);
        expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', cause });
        expect((error as Error).message).toContain(`"${operation}"`);
      }
    },
  );

  test('nobody listens', async () => {
    const client = new DynamoDBClient({
      endpoint: 'http://127.0.0.1:1',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    const store = createDynamodbStore({ tableName, client });
    await expect(store.readRun('r')).rejects.toThrow(StoreUnavailableError);
  });
});

describe('a table that cannot be used', () => {
  test('a missing one is named, with what to do', async () => {
    const store = createDynamodbStore({ tableName: 'not-there', client: server.newClient() });
    await expect(store.readRun('r')).rejects.toThrow(StoreNotSetUpError);
    await expect(store.createRun(newRun())).rejects.toThrow(
      'table "not-there" is not there: deploy it, or check its name, the region and the endpoint',
    );
  });

  test('missing rights are told, the cause kept', async () => {
    const cause = serviceError('AccessDeniedException', 'role x may not dynamodb:GetItem');
    const error: unknown = await storeThrough(() => Promise.reject(cause))
      .readRun('r')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreNotSetUpError);
    expect(error).toMatchObject({ code: 'STORE_NOT_SET_UP', cause });
    expect((error as Error).message).toContain('role x may not dynamodb:GetItem');
  });

  test('a denied action is named as AWS names it, with the grants that give it', async () => {
    const told =
      'User: arn:aws:sts::123456789012:assumed-role/Shop/shop is not authorized to perform: dynamodb:PutItem on resource: ' +
      'arn:aws:dynamodb:eu-central-1:123456789012:table/Runs because no identity-based policy allows it';
    const store = storeThrough(() => Promise.reject(serviceError('AccessDeniedException', told)));
    await expect(store.putMessage('r', signal('m1'))).rejects.toThrow(
      `may not be used: dynamodb:PutItem was denied (${told}). As a caller, ask for grantSignal or grantManage of ` +
        `WorkflowEngine; as a function of the engine's own, let it have the role that the construct made`,
    );
    await expect(store.readRun('r')).rejects.toThrow('ask for grantSignal or grantRead or grantManage of');
    await expect(store.createRun(newRun())).rejects.toThrow('ask for grantStart or grantManage of');
    await expect(store.take('r', taking('worker-1'))).rejects.toThrow(
      "Only functions of the engine do that: as a function of the engine's own, let it have the role",
    );
  });

  test('an index that is missing is told as another layout', async () => {
    const cause = serviceError('ValidationException', 'The table does not have the specified index: due');
    const store = storeThrough(() => Promise.reject(cause));
    await expect(store.listDue(START_MS)[Symbol.asyncIterator]().next()).rejects.toThrow(/laid out differently/);
  });

  test('an endpoint whose certificate is not trusted is told as that', async () => {
    const cause = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    await expect(storeThrough(() => Promise.reject(cause)).readRun('r')).rejects.toThrow(
      `table "${tableName}" cannot be reached: the certificate of its endpoint is not trusted (self-signed certificate). ` +
        'Behind a proxy that reads along, name its certificate in NODE_EXTRA_CA_CERTS',
    );
  });

  test('what is nobody of these comes through as it is', async () => {
    const bug = serviceError('ValidationException', 'Invalid UpdateExpression');
    await expect(storeThrough(() => Promise.reject(bug)).readRun('r')).rejects.toBe(bug);
  });
});

describe('a failed condition', () => {
  let requests: string[];
  beforeEach(() => {
    requests = [];
  });

  test('needs no second request where the failure returns the item', async () => {
    const client = server.newClient();
    aroundEachRequest(client, (command, _input, send) => {
      requests.push(command);
      return send();
    });
    const store = createDynamodbStore({ tableName, client });
    if (!server.isFaithful) returnWhatFailed(client);
    const { runId } = await takenRun(healthy);
    requests = [];
    expect(await store.take(runId, taking('worker-2'))).toEqual({ kind: 'refused', reason: 'leased' });
    // The fault itself reads the item, in place of the table.
    expect(requests.filter((command) => command !== 'GetItemCommand')).toEqual(['UpdateItemCommand']);
    expect(requests).toHaveLength(server.isFaithful ? 1 : 2);
  });

  test('is tried again when what is read afterwards does not explain it, because it has changed', async () => {
    const { runId } = await createdRun(healthy);
    await healthy.accept(runId, 'm1', INBOX_LIMIT);
    let failures = 0;
    const store = storeThrough(async (command, _input, send) => {
      requests.push(command);
      if (command !== 'UpdateItemCommand' || failures > 0) return send();
      failures += 1;
      throw conditionFailed();
    });
    expect(await store.take(runId, taking('worker-1'))).toMatchObject({ kind: 'taken', before: { inboxIds: ['m1'] } });
    expect(requests).toEqual(['UpdateItemCommand', 'GetItemCommand', 'UpdateItemCommand']);
  });

  test('that can never be explained ends as a StoreUnavailableError, not in a loop', async () => {
    const { runId } = await createdRun(healthy);
    const store = storeThrough(async (command, _input, send) => {
      if (command === 'UpdateItemCommand' || command === 'PutItemCommand') throw conditionFailed();
      return send();
    });
    await expect(store.take(runId, taking('worker-1'))).rejects.toThrow(StoreUnavailableError);
    await expect(store.accept(runId, 'm1', INBOX_LIMIT)).rejects.toThrow(StoreUnavailableError);
    await expect(store.createRun(newRun())).rejects.toThrow(StoreUnavailableError);
  });
});

describe('what DynamoDB leaves unprocessed', () => {
  test('is asked for again until it is done', async () => {
    const { runId } = newRun();
    const ids = ['m1', 'm2', 'm3'];
    for (const id of ids) await healthy.putMessage(runId, signal(id));
    const asked: number[] = [];
    const store = storeThrough(async (command, input, send) => {
      if (command === 'BatchGetItemCommand') return onlyFirst(input as never, send, asked);
      if (command === 'BatchWriteItemCommand') return onlyFirstWrite(input as never, send, asked);
      return send();
    });
    expect(await store.loadMessages(runId, ids)).toEqual(ids.map((id) => signal(id)));
    expect(asked).toEqual([3, 2, 1]);
    asked.length = 0;
    await store.deleteMessages(runId, ids);
    expect(asked).toEqual([3, 2, 1]);
    expect(await healthy.loadMessages(runId, ids)).toEqual([]);
  });

  test('again and again is a StoreUnavailableError', async () => {
    const store = storeThrough(async (_command, input) => ({
      output: { UnprocessedKeys: input['RequestItems'], Responses: {}, $metadata: {} },
      response: {},
    }));
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const refusal = expect(store.loadMessages('r', ['m1'])).rejects.toThrow(StoreUnavailableError);
      await vi.advanceTimersByTimeAsync(60_000);
      await refusal;
    } finally {
      vi.useRealTimers();
    }
  });

  /** Processes the first of the keys, and leaves the others. */
  async function onlyFirst(
    input: { RequestItems: Record<string, { Keys: unknown[] }> },
    send: () => Promise<unknown>,
    asked: number[],
  ): Promise<unknown> {
    const request = input.RequestItems[tableName]!;
    const [, ...left] = request.Keys;
    asked.push(request.Keys.length);
    request.Keys.splice(1);
    const answer = (await send()) as { output: Record<string, unknown> };
    if (left.length > 0) answer.output['UnprocessedKeys'] = { [tableName]: { ...request, Keys: left } };
    return answer;
  }

  async function onlyFirstWrite(
    input: { RequestItems: Record<string, unknown[]> },
    send: () => Promise<unknown>,
    asked: number[],
  ): Promise<unknown> {
    const requests = input.RequestItems[tableName]!;
    const left = requests.slice(1);
    asked.push(requests.length);
    requests.splice(1);
    const answer = (await send()) as { output: Record<string, unknown> };
    if (left.length > 0) answer.output['UnprocessedItems'] = { [tableName]: left };
    return answer;
  }
});

function conditionFailed(): Error {
  return new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
}
