import { describe, expect, it } from 'vitest';
import { readFunctionSettings, readQueueUrl, readTableName, readWorkerSettings } from '../../lib/lambda/environment.ts';

const COMPLETE = { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes' };

describe('the environment of a function', () => {
  it('names table and queue', () => {
    expect(readFunctionSettings(COMPLETE)).toEqual({
      tableName: 'runs',
      queueUrl: 'https://sqs.example/wakes',
      logLevel: 'info',
    });
  });

  it('may name a log level, in capitals or not', () => {
    expect(readFunctionSettings({ ...COMPLETE, LULL_LOG_LEVEL: 'DEBUG' }).logLevel).toBe('debug');
  });

  it('names the engine, if its metrics are to be written', () => {
    expect(readFunctionSettings(COMPLETE).engine).toBeUndefined();
    expect(readFunctionSettings({ ...COMPLETE, LULL_ENGINE: '' }).engine).toBeUndefined();
    expect(readFunctionSettings({ ...COMPLETE, LULL_ENGINE: 'Shop/Workflows' }).engine).toBe('Shop/Workflows');
  });

  it.each([' ', ':shop', 'Größe', 'a\nb', 'x'.repeat(256)])('refuses the engine %j, which is no dimension', (name) => {
    expect(() => readFunctionSettings({ ...COMPLETE, LULL_ENGINE: name })).toThrow('LULL_ENGINE is ');
  });

  it('is refused with all that is wrong with it at once', () => {
    expect(() => readWorkerSettings({ LULL_QUEUE_URL: ' ', LULL_LOG_LEVEL: 'loud', LULL_LEASE_MS: '30s' })).toThrow(
      'the environment is not as lull needs it: ' +
        "LULL_TABLE_NAME is not set (the name of lull's DynamoDB table: your deployment sets it (on this machine, lull dev does)); " +
        'LULL_QUEUE_URL is not set (the URL of the SQS queue of wakes: your deployment sets it (on this machine, lull dev does)); ' +
        'LULL_LOG_LEVEL is "loud", and can be debug, info, warn, error; ' +
        'LULL_LEASE_MS is "30s", and can be a whole number of milliseconds from 1000 to 900000',
    );
    expect(() => readFunctionSettings({})).toThrow(expect.objectContaining({ code: 'ENVIRONMENT' }));
  });

  it('is asked for one variable where only one is needed', () => {
    expect(readTableName({ LULL_TABLE_NAME: 'runs' })).toBe('runs');
    expect(() => readQueueUrl({ LULL_TABLE_NAME: 'runs' })).toThrow(/^the environment .+: LULL_QUEUE_URL is not set/);
  });
});

describe('the public address of a worker', () => {
  it.each(['https://api.example.com', 'http://127.0.0.1:4000', 'https://example.com/shop'])('can be %s', (url) => {
    expect(readWorkerSettings({ ...COMPLETE, LULL_PUBLIC_URL: url }).publicUrl).toBe(url);
  });

  it.each(['api.example.com', 'https://', 'https://example.com/', 'ftp://example.com'])('cannot be %s', (url) => {
    expect(() => readWorkerSettings({ ...COMPLETE, LULL_PUBLIC_URL: url })).toThrow('LULL_PUBLIC_URL is ');
  });

  it('is none where none is set', () => {
    expect(readWorkerSettings(COMPLETE).publicUrl).toBeUndefined();
  });
});

describe('the environment of a worker', () => {
  it.each([
    [{}, 'unversioned'],
    [{ AWS_LAMBDA_FUNCTION_VERSION: '7' }, '7'],
    [{ AWS_LAMBDA_FUNCTION_VERSION: '$LATEST', LULL_VERSION: 'a1b2' }, 'a1b2'],
    [{ AWS_LAMBDA_FUNCTION_VERSION: '7', LULL_VERSION: '' }, '7'],
  ])('with %j runs version %s', (environment, version) => {
    expect(readWorkerSettings({ ...COMPLETE, ...environment }).version).toBe(version);
  });

  it.each([
    [undefined, undefined],
    ['', undefined],
    ['5000', 5_000],
  ])('with a LULL_LEASE_MS of %j has leases of %s ms', (text, leaseMs) => {
    expect(readWorkerSettings({ ...COMPLETE, LULL_LEASE_MS: text }).leaseMs).toBe(leaseMs);
  });

  it('pins runs to the version that it is', () => {
    const published = { AWS_LAMBDA_FUNCTION_NAME: 'worker', AWS_LAMBDA_FUNCTION_VERSION: '7' };
    expect(readWorkerSettings({ ...COMPLETE, ...published }).pinnedVersion).toBeUndefined();
    expect(readWorkerSettings({ ...COMPLETE, ...published, LULL_PIN_RUNS: 'true' }).pinnedVersion).toEqual({
      functionName: 'worker',
      version: '7',
    });
    expect(() =>
      readWorkerSettings({ ...COMPLETE, ...published, AWS_LAMBDA_FUNCTION_VERSION: '$LATEST', LULL_PIN_RUNS: 'true' }),
    ).toThrow(
      'LULL_PIN_RUNS is true, and this is version "$LATEST" of function "worker": runs can be pinned to a published version',
    );
    expect(() => readWorkerSettings({ ...COMPLETE, ...published, LULL_PIN_RUNS: 'yes' })).toThrow(
      'LULL_PIN_RUNS is "yes", and can be true or false',
    );
  });

  it.each(['999', '900001', '-5000', '5e3.5', '5000ms'])('refuses a LULL_LEASE_MS of %s', (text) => {
    expect(() => readWorkerSettings({ ...COMPLETE, LULL_LEASE_MS: text })).toThrow(`LULL_LEASE_MS is "${text}"`);
  });
});
