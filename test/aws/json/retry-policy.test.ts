/** Which errors are worth another try, and how many tries all requests have together. */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRetryPolicy } from '../../../lib/aws/json/retry-policy.ts';
import { toServiceError } from '../../../lib/aws/json/service-error.ts';
import { isThrottling, isTransient, type SdkError } from '../../../lib/aws/sdk-error.ts';

/** Names of errors: of DynamoDB, of services in general, and of none. */
const NAMES = [
  ...['AccessDeniedException', 'ConditionalCheckFailedException', 'ResourceNotFoundException', 'ValidationException'],
  ...['ItemCollectionSizeLimitExceededException', 'TransactionCanceledException', 'IncompleteSignatureException'],
  ...['BandwidthLimitExceeded', 'EC2ThrottledException', 'LimitExceededException', 'PriorRequestNotComplete'],
  ...['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'RequestThrottled', 'SlowDown'],
  ...['RequestThrottledException', 'ThrottledException', 'Throttling', 'ThrottlingException'],
  ...['TooManyRequestsException', 'TransactionInProgressException', 'RequestTimeout', 'RequestTimeoutException'],
];

interface Kind {
  readonly name: string;
  readonly status: number;
}

/** What the SDK calls an error which an answer makes. */
async function askSdk({ name, status }: Kind): Promise<unknown> {
  let found: unknown;
  const client = new DynamoDBClient({
    ...{ region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' } },
    requestHandler: {
      handle: async () => ({
        response: {
          statusCode: status,
          headers: { 'content-type': 'application/x-amz-json-1.0' },
          body: new TextEncoder().encode(JSON.stringify({ __type: `x#${name}` })),
        },
      }),
    },
    retryStrategy: {
      acquireInitialRetryToken: async () => ({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
      refreshRetryTokenForRetry: async (_token, { errorType }) => {
        found = errorType;
        throw new Error('no more');
      },
      recordSuccess: () => undefined,
    },
  });
  await client.send(new GetItemCommand({ TableName: 't', Key: { pk: { S: 'k' } } })).catch(() => undefined);
  return found;
}

const answers: Kind[] = [
  ...NAMES.map((name) => ({ name, status: 400 })),
  ...[403, 404, 413, 429, 500, 502, 503, 504].map((status) => ({ name: 'SomeException', status })),
];

it.each(answers)('$name with status $status is worth another try where the SDK says so', async ({ name, status }) => {
  const error = toServiceError({ status, headers: {}, body: JSON.stringify({ __type: `x#${name}` }) }, 1);
  expect(error.name).toBe(name);
  const ours = isThrottling(error) ? 'THROTTLING' : isTransient(error) ? 'TRANSIENT' : 'CLIENT_ERROR';
  expect(ours).toBe(await askSdk({ name, status }));
});

const failure: SdkError = Object.assign(new Error('hung up'), { code: 'ECONNRESET' });
const throttled: SdkError = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Makes requests that all fail; gives how often one may be sent, at most, until they are sent no second time. */
async function exhaust(policy: ReturnType<typeof createRetryPolicy>, error: SdkError): Promise<number> {
  for (let further = 0; ; further += 1) {
    const going = policy.begin().mayGoOn(error);
    await vi.advanceTimersByTimeAsync(1_000);
    if (!(await going)) return further;
  }
}

it('a request is sent as often as it may be', async () => {
  const tries = createRetryPolicy(3).begin();
  for (let further = 1; further <= 2; further += 1) {
    const going = tries.mayGoOn(failure);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await going).toBe(true);
  }
  expect(await tries.mayGoOn(failure)).toBe(false);
});

it('while all requests fail, they have a number of further tries together, which successes give back', async () => {
  const policy = createRetryPolicy(4);
  expect(await exhaust(policy, failure)).toBe(Math.floor(500 / 14));
  policy.begin().succeeded(); // one unit
  expect(await exhaust(policy, failure)).toBe(0);
  for (let n = 0; n < 14; n += 1) policy.begin().succeeded();
  expect(await exhaust(policy, failure)).toBe(1);
  for (let n = 0; n < 10_000; n += 1) policy.begin().succeeded();
  expect(await exhaust(policy, throttled)).toBe(500 / 5);
});

it('a request that succeeds in the end gives back what its last try took', async () => {
  const policy = createRetryPolicy(4);
  const tries = policy.begin();
  const going = tries.mayGoOn(failure);
  await vi.advanceTimersByTimeAsync(1_000);
  await going;
  tries.succeeded();
  expect(await exhaust(policy, throttled)).toBe(500 / 5);
});

it('the first pause is at most 25 ms, and 100 ms after throttling; each further one may be twice as long', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
  try {
    for (const [error, longestMs] of [
      [failure, [25, 50, 100]],
      [throttled, [100, 200, 400]],
    ] as const) {
      const tries = createRetryPolicy(4).begin();
      for (const ms of longestMs) {
        let isDone = false;
        const going = tries.mayGoOn(error).then(() => (isDone = true));
        await vi.advanceTimersByTimeAsync(ms - 2);
        expect(isDone).toBe(false);
        await vi.advanceTimersByTimeAsync(2);
        await going;
      }
    }
  } finally {
    vi.restoreAllMocks();
  }
});
