import { afterAll, describe, expect, test } from 'vitest';
import { StoreNotSetUpError, StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { PAYLOAD_ACTIONS } from '../../lib/s3/payload-actions.ts';
import { createS3PayloadStore } from '../../lib/s3/s3-payload-store.ts';
import { aroundEachRequest, BUCKET_NAME, serviceError, startBucketServer } from './bucket-server.ts';

const server = await startBucketServer();
const client = server.newClient();
const payloads = createS3PayloadStore({ bucketName: BUCKET_NAME, client });

afterAll(async () => {
  client.destroy();
  await server.close();
});

type Request = Parameters<typeof aroundEachRequest>[1];

function storeThrough(request: Request, bucketName = BUCKET_NAME) {
  return createS3PayloadStore({ bucketName, client: aroundEachRequest(server.newClient(), request) });
}

async function keysOf(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of payloads.list(prefix)) {
    expect(page).not.toEqual([]);
    keys.push(...page);
  }
  return keys;
}

test.each(['0', '{"a":1}', 'ä🦥 \u0000 " \n', 'x'.repeat(5_000_000)])(
  'a text comes back as it was (%#)',
  async (text) => {
    await payloads.put('texts/one', text);
    expect((await payloads.get('texts/one')) === text).toBe(true);
  },
);

test('what nobody put is not there, and deleting it is no error', async () => {
  expect(await payloads.get('nothing')).toBeUndefined();
  await payloads.delete(['nothing']);
  await payloads.delete([]);
  expect(await keysOf('nothing')).toEqual([]);
});

test.each(['runs/a:b/x', 'runs/%2E%2E/x', 'runs/a b+c&d=e/x', 'runs/ü%2F/x'])('a key may be %s', async (key) => {
  await payloads.put(key, key);
  expect(await payloads.get(key)).toBe(key);
  expect(await keysOf(key.slice(0, -1))).toEqual([key]);
  await payloads.delete([key]);
  expect(await payloads.get(key)).toBeUndefined();
});

test('more keys than fit on a page are listed, and deleted, and others stay', { timeout: 60_000 }, async () => {
  const keys = Array.from({ length: 1003 }, (_, index) => `many/${String(index).padStart(4, '0')}`);
  for (let from = 0; from < keys.length; from += 50) {
    await Promise.all(keys.slice(from, from + 50).map((key) => payloads.put(key, 'x')));
  }
  await payloads.put('many-others/1', 'x');
  const pages: number[] = [];
  for await (const page of payloads.list('many/')) pages.push(page.length);
  expect(pages).toEqual([1000, 3]);
  expect(await keysOf('many/')).toEqual(keys);
  await payloads.delete(keys);
  expect(await keysOf('many')).toEqual(['many-others/1']);
});

const CALLS = {
  PutObject: (store: typeof payloads) => store.put('k', 'x'),
  GetObject: (store: typeof payloads) => store.get('k'),
  DeleteObject: (store: typeof payloads) => store.delete(['k']),
  ListBucket: (store: typeof payloads) => store.list('k')[Symbol.asyncIterator]().next(),
};

describe('a request without an answer', () => {
  const causes = [
    Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
    serviceError('SlowDown', 'Please reduce your request rate.', 503),
    serviceError('InternalError', 'We encountered an internal error.', 500),
    serviceError('RequestTimeout', 'Your socket connection was not read from.', 400),
    serviceError('TimeoutError', 'no answer within 15000 ms'),
    serviceError('UnknownError', 'bad gateway', 502),
  ];

  test.each(causes)('$name ($message) is a StoreUnavailableError that keeps its cause', async (cause) => {
    const store = storeThrough(() => Promise.reject(cause));
    for (const [call, make] of Object.entries(CALLS)) {
      const error: unknown = await make(store).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', cause });
      expect((error as Error).message).toContain(`s3:${call}`);
    }
  });

  test('that has begun is no shorter text', async () => {
    await payloads.put('cut', 'x'.repeat(1000));
    const store = storeThrough(async (_command, _input, send) => {
      const answer = (await send()) as { output: { Body: { transformToString: () => Promise<string> } } };
      answer.output.Body.transformToString = () =>
        Promise.reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
      return answer;
    });
    await expect(store.get('cut')).rejects.toThrow(StoreUnavailableError);
  });
});

describe('a bucket that cannot be used', () => {
  test('a missing one is named, with what to do', async () => {
    const store = createS3PayloadStore({ bucketName: 'not-there', client });
    for (const make of Object.values(CALLS)) {
      await expect(make(store)).rejects.toThrow(StoreNotSetUpError);
      await expect(make(store)).rejects.toThrow('bucket "not-there" is not there: deploy it, or check its name');
    }
  });

  test('a denied action is named as AWS names it, with the grants that give it', async () => {
    const told =
      'User: arn:aws:sts::123456789012:assumed-role/Shop/shop is not authorized to perform: s3:PutObject on resource: ' +
      '"arn:aws:s3:::payloads/runs/a/b" because no identity-based policy allows the s3:PutObject action';
    const store = storeThrough(() => Promise.reject(serviceError('AccessDenied', told, 403)));
    const error: unknown = await store.put('k', 'x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreNotSetUpError);
    expect((error as Error).message).toBe(
      `bucket "payloads" may not be used: s3:PutObject was denied (${told}). As a caller, ask for grantStart or ` +
        `grantSignal or grantManage of WorkflowEngine; as a function of the engine's own, let it have the role that ` +
        'the construct made',
    );
  });

  test('where AWS does not say which action it denied, it is the one that was asked for', async () => {
    const store = storeThrough(() => Promise.reject(serviceError('AccessDenied', 'Access Denied', 403)));
    for (const [call, make] of Object.entries(CALLS)) {
      await expect(make(store)).rejects.toThrow(`s3:${call} was denied`);
    }
  });

  test('a key that may not be used is named by its own action', async () => {
    const told = 'User: x is not authorized to perform: kms:GenerateDataKey on this resource';
    const store = storeThrough(() => Promise.reject(serviceError('AccessDenied', told, 403)));
    await expect(store.put('k', 'x')).rejects.toThrow('kms:GenerateDataKey was denied');
  });

  test('one object of many that may not be deleted is an error', async () => {
    const store = storeThrough(async () => ({
      output: { Errors: [{ Key: 'k', Code: 'AccessDenied', Message: 'Access Denied' }], $metadata: {} },
      response: {},
    }));
    await expect(store.delete(['j', 'k'])).rejects.toThrow(/s3:DeleteObject was denied/);
  });

  test.each(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken'])(
    '%s is told as credentials',
    async (name) => {
      const store = storeThrough(() => Promise.reject(serviceError(name, 'of no use', 403)));
      await expect(store.get('k')).rejects.toThrow(
        'bucket "payloads" cannot be used with this region and these credentials',
      );
    },
  );

  test('what is nobody of these comes through as it is', async () => {
    const bug = serviceError('InvalidRequest', 'Missing required header');
    await expect(storeThrough(() => Promise.reject(bug)).get('k')).rejects.toBe(bug);
  });
});

test('each action of the table of actions is one that the store asks for', () => {
  const asked = Object.keys(CALLS).map((call) => `s3:${call}`);
  expect([...new Set(Object.values(PAYLOAD_ACTIONS).flat())].sort()).toEqual(asked.sort());
});
