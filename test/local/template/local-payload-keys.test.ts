/** Keys in files, in the place of payload keys of KMS. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withLocalPayloadKeys } from '../../../lib/local/template/local-payload-keys.ts';
import { openPayloadKey } from '../../../lib/kms/open-payload-key.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { functionWith, readResources } from './assembly.ts';

const keysOf = (resources: ReturnType<typeof withLocalPayloadKeys>): (string | undefined)[] =>
  resources.functions.map(({ environment }) => environment['LULL_PAYLOAD_KEY']);

test('each key of KMS has one file in its place, the same at the next start', () => {
  const folder = temporaryFolder();
  const template = {
    Key: { Type: 'AWS::KMS::Key', Properties: {} },
    Api: functionWith({ LULL_PAYLOAD_KEY: { 'Fn::GetAtt': ['Key', 'Arn'] }, LULL_FORMER_PAYLOAD_KEYS: 'alias/old' }),
    Caller: functionWith({ LULL_PAYLOAD_KEY: 'alias/old' }),
    Other: functionWith({ LULL_PAYLOAD_KEY: 'file:own.key' }),
  };
  const made = withLocalPayloadKeys(readResources(template), folder);
  expect(made.payloadKeysPath).toBe(folder);
  const [worker, api, caller, other] = keysOf(made);
  expect([worker, other]).toEqual([undefined, 'file:own.key']);
  expect(api).not.toBe(caller);
  expect(made.functions[1]?.environment['LULL_FORMER_PAYLOAD_KEYS']).toBe(caller);
  for (const key of [api ?? '', caller ?? '']) expect(openPayloadKey({ payloadKey: key }).name).toBe(key);

  const secret = readFileSync((api ?? '').slice('file:'.length), 'utf8');
  expect(keysOf(withLocalPayloadKeys(readResources(template), folder))).toEqual(keysOf(made));
  expect(readFileSync((api ?? '').slice('file:'.length), 'utf8')).toBe(secret);
});

test('where no function has a key of KMS there is none', () => {
  expect(withLocalPayloadKeys(readResources({}), temporaryFolder()).payloadKeysPath).toBeUndefined();
});
