import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createJsonClient } from '../../lib/aws/json/json-client.ts';
import { createKmsKey } from '../../lib/kms/kms-key.ts';
import { openPayloadKey } from '../../lib/kms/open-payload-key.ts';
import { PayloadKeyError, StoreUnavailableError } from '../../lib/ports/world-errors.ts';
import { type Disturbance, startFakeKms } from './fake-kms.ts';

const ARN = 'arn:aws:kms:eu-central-1:123456789012:key/today';
const FORMER = 'arn:aws:kms:eu-central-1:123456789012:key/former';

const kms = await startFakeKms(['today', 'former']);
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const client = createJsonClient({
  ...{ service: 'kms', targetPrefix: 'TrentService', jsonVersion: '1.1', maxAttempts: 3 },
  limits: { connectMs: 1_000, answerMs: 250 },
  location: {
    endpoint: new URL(kms.endpoint),
    region: 'eu-central-1',
    credentials: () => Promise.resolve(credentials),
  },
});
afterAll(async () => {
  client.destroy();
  await kms.close();
});

const CONTEXT = { 'lull:table': 'runs', 'lull:data-key': '17' };

beforeEach(() => {
  kms.requests.length = 0;
  kms.disturb = () => undefined;
});

describe('a key of KMS', () => {
  const key = createKmsKey({ name: ARN, client });

  it('makes data keys, and decrypts them for what they are', async () => {
    const { by, wrapped, secret } = await key.generate(CONTEXT);
    expect(secret).toHaveLength(32);
    expect(await key.unwrap({ by, wrapped }, CONTEXT)).toEqual(secret);
    expect(kms.requests.map(({ action, input }) => [action, input.KeyId, input.EncryptionContext])).toEqual([
      ['GenerateDataKey', ARN, CONTEXT],
      ['Decrypt', ARN, CONTEXT],
    ]);
  });

  it('does not decrypt them for another table, or as another data key', async () => {
    const made = await key.generate(CONTEXT);
    for (const other of [
      { ...CONTEXT, 'lull:table': 'others' },
      { ...CONTEXT, 'lull:data-key': '18' },
    ]) {
      await expect(key.unwrap(made, other)).rejects.toThrow(/was changed, or belongs to another table/);
    }
  });

  it('decrypts what a key before it has encrypted, if that one is named, and else says so', async () => {
    const before = await createKmsKey({ name: FORMER, client }).generate(CONTEXT);
    const after = createKmsKey({ name: ARN, former: [FORMER], client });
    expect(await after.unwrap(before, CONTEXT)).toEqual(before.secret);
    // By its alias there, and its ARN here.
    expect(await after.unwrap({ ...before, by: 'alias/payloads' }, CONTEXT)).toEqual(before.secret);
    await expect(key.unwrap(before, CONTEXT)).rejects.toThrow(
      /encrypted by another payload key: name that one as a former key/,
    );
  });

  const refusals: [string, Disturbance, RegExp][] = [
    [
      'a right that was taken away',
      { error: 'AccessDeniedException', message: 'User is not authorized to perform: kms:Decrypt' },
      /kms:Decrypt was denied/,
    ],
    [
      'a key that is disabled',
      { error: 'DisabledException', message: 'it is disabled.' },
      /key is disabled \(DisabledException\)/,
    ],
    [
      'a key that is to be deleted',
      { error: 'KMSInvalidStateException', message: 'it is pending deletion.' },
      /its state.* \(KMSInvalidStateException\)/,
    ],
    [
      'a key of another region',
      { error: 'NotFoundException', message: 'Invalid arn us-east-1' },
      /in another region than this process/,
    ],
    ['a key that cannot encrypt', { error: 'InvalidKeyUsageException' }, /cannot be used for payloads/],
  ];
  it.each(refusals)(
    'says what is wrong of %s, has what KMS has said as its cause alone, and asks once',
    async (_what, disturbance, said) => {
      const made = await key.generate(CONTEXT);
      kms.requests.length = 0;
      kms.disturb = () => disturbance;
      const unwrapping = key.unwrap(made, CONTEXT);
      await expect(unwrapping).rejects.toThrow(PayloadKeyError);
      await expect(unwrapping).rejects.toThrow(said);
      const error = (await unwrapping.catch((thrown: unknown) => thrown)) as Error;
      expect(error.message).not.toContain('123456789012');
      expect((error.cause as Error).message).toContain(
        `"${ARN}": ${disturbance.message ?? `${disturbance.error} of the test`}`,
      );
      expect(kms.requests).toHaveLength(1);
    },
  );

  const passing: [string, Disturbance][] = [
    ['is throttled', { error: 'ThrottlingException' }],
    ['fails within KMS', { error: 'KMSInternalException', status: 500 }],
    ['is cut off', { cut: true }],
    ['is not answered in time', { delayMs: 400 }],
  ];
  it.each(passing)('asks again where a request %s, and is then worth another try', async (_what, disturbance) => {
    let left = 1;
    kms.disturb = () => (left-- > 0 ? disturbance : undefined);
    await key.generate(CONTEXT);
    expect(kms.requests).toHaveLength(2);
    kms.disturb = () => disturbance;
    await expect(key.generate(CONTEXT)).rejects.toThrow(StoreUnavailableError);
  });
});

describe('a key in a file', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'lull-key-')), 'payload.key');

  it('decrypts what it has encrypted, also after the process has ended', async () => {
    writeFileSync(path, `${randomBytes(32).toString('base64')}\n`);
    const made = await openPayloadKey({ payloadKey: `file:${path}` }).generate(CONTEXT);
    expect(await openPayloadKey({ payloadKey: `file:${path}` }).unwrap(made, CONTEXT)).toEqual(made.secret);
  });

  it('decrypts what those before it have encrypted, in files or in KMS, if they are named, and else says so', async () => {
    const [before, after] = ['before', 'after'].map((name) => `file:${path}.${name}`) as [string, string];
    for (const name of [before, after]) {
      writeFileSync(name.slice('file:'.length), randomBytes(32).toString('base64'));
    }
    const made = await openPayloadKey({ payloadKey: before }).generate(CONTEXT);
    const ofKms = await openPayloadKey({ payloadKey: ARN, client }).generate(CONTEXT);
    const key = openPayloadKey({ payloadKey: after, former: [before, ARN], client });
    expect(await key.unwrap(made, CONTEXT)).toEqual(made.secret);
    expect(await key.unwrap({ ...made, by: 'file:elsewhere' }, CONTEXT)).toEqual(made.secret);
    expect(await key.unwrap(ofKms, CONTEXT)).toEqual(ofKms.secret);
    expect((await key.generate(CONTEXT)).by).toBe(after);
    const inKms = openPayloadKey({ payloadKey: ARN, former: [before, FORMER], client });
    expect(await inKms.unwrap(made, CONTEXT)).toEqual(made.secret);
    await expect(openPayloadKey({ payloadKey: after }).unwrap(made, CONTEXT)).rejects.toThrow(/another payload key/);
  });

  it('is refused where it is not there, or is none, with how to make one', () => {
    const how = /write one with: openssl rand -base64 32/;
    expect(() => openPayloadKey({ payloadKey: `file:${path}.not` })).toThrow(how);
    writeFileSync(path, 'short');
    expect(() => openPayloadKey({ payloadKey: `file:${path}` })).toThrow(/has 3 bytes in base64 where 32 belong/);
  });
});
