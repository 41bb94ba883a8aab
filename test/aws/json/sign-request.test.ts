/** Signatures are those that the AWS SDK's own signer makes, whatever is signed. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSigner, type Credentials } from '../../../lib/aws/json/sign-request.ts';

const CONTENT_TYPE = 'application/x-amz-json-1.0';

async function oracle(
  request: { host: string; path: string; target: string; body: string },
  place: { region: string; service: string },
  credentials: Credentials,
  nowMs: number,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    ...place,
    sha256: Sha256,
    applyChecksum: false,
    credentials: { ...credentials, sessionToken: credentials.sessionToken! },
  });
  const { headers } = await signer.sign(
    new HttpRequest({
      ...{ method: 'POST', protocol: 'https:', hostname: request.host, path: request.path, body: request.body },
      headers: { host: request.host, 'content-type': CONTENT_TYPE, 'x-amz-target': request.target },
    }),
    { signingDate: new Date(nowMs) },
  );
  return headers;
}

const printable = fc.string({ minLength: 1, maxLength: 40 }).map((text) => text.replaceAll(/[^\x21-\x7e]/g, 'x'));

it('signs as the signer of the SDK does', async () => {
  const place = { region: 'eu-central-1', service: 'dynamodb' };
  const sign = createSigner(place);
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        accessKeyId: printable,
        secretAccessKey: printable,
        sessionToken: fc.option(printable, { nil: undefined }),
      }),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.constantFrom('dynamodb.eu-central-1.amazonaws.com', '127.0.0.1:4567'),
      fc.constantFrom('/', '/dynamodb'),
      fc.integer({ min: 0, max: 4_000_000_000_000 }),
      async (credentials, body, host, path, nowMs) => {
        const request = { host, path, target: 'DynamoDB_20120810.PutItem', body };
        const { authorization, ...headers } = sign({ ...request, contentType: CONTENT_TYPE }, credentials, nowMs);
        const expected = await oracle(request, place, credentials, nowMs);
        expect(authorization).toBe(expected['authorization']);
        expect(headers['x-amz-date']).toBe(expected['x-amz-date']);
        expect(headers['x-amz-security-token']).toBe(expected['x-amz-security-token']);
      },
    ),
    { numRuns: 200 },
  );
});

it('keeps the key of a day for that day and that secret alone', async () => {
  const place = { region: 'us-east-1', service: 'sqs' };
  const sign = createSigner(place);
  const request = { host: 'h', path: '/', target: 't', body: '{}' };
  const noon = Date.UTC(2027, 0, 31, 12);
  for (const [secretAccessKey, nowMs] of [
    ['one', noon],
    ['two', noon],
    ['two', noon + 86_400_000],
    ['one', noon],
  ] as const) {
    const credentials = { accessKeyId: 'a', secretAccessKey };
    const { authorization } = sign({ ...request, contentType: CONTENT_TYPE }, credentials, nowMs);
    expect(authorization).toBe((await oracle(request, place, credentials, nowMs))['authorization']);
  }
});
