/**
 * Payload keys of KMS, which this machine does not have: in the place of each is a local key, in a file of the cloud's folder.
 * So what it has encrypted can be read at the next start.
 *
 * Tested by: test/local/template/local-payload-keys.test.ts
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resources } from '../resources.ts';

const SECRET_BYTES = 32;
const NAME_LENGTH = 16;
const VARIABLES: readonly string[] = ['LULL_PAYLOAD_KEY', 'LULL_FORMER_PAYLOAD_KEYS'];

/** `folder` is made if a function has such a key; `payloadKeysPath` of what comes out says so. */
export function withLocalPayloadKeys<Of extends Pick<Resources, 'functions'>>(
  resources: Of,
  folder: string,
): Of & { readonly payloadKeysPath?: string } {
  const files = new Set<string>();
  const localKeyOf = (key: string): string => {
    if (key.startsWith('file:')) return key;
    const name = createHash('sha256').update(key).digest('hex').slice(0, NAME_LENGTH);
    const file = join(folder, `${name}.key`);
    files.add(file);
    mkdirSync(folder, { recursive: true });
    if (!existsSync(file)) writeFileSync(file, `${randomBytes(SECRET_BYTES).toString('base64')}\n`, { mode: 0o600 });
    return `file:${file}`;
  };
  const localKeysOf = (keys: string): string =>
    keys
      .split(',')
      .map((key) => key.trim())
      .map((key) => (key === '' ? key : localKeyOf(key)))
      .join(',');
  const functions = resources.functions.map((made) => {
    const environment = { ...made.environment };
    for (const [name, keys] of Object.entries(environment)) {
      if (VARIABLES.includes(name)) environment[name] = localKeysOf(keys);
    }
    return { ...made, environment };
  });
  return { ...resources, functions, ...(files.size > 0 ? { payloadKeysPath: folder } : {}) };
}
