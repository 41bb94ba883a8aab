/** `lull reencrypt`: the command, on a table with runs, and with keys in files. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signal } from '../../lib/api/signal.ts';
import { sleep } from '../../lib/api/sleep.ts';
import { workflow } from '../../lib/api/workflow.ts';
import { createBareStore } from '../../lib/dynamodb/create-bare-store.ts';
import { openPayloadKey } from '../../lib/kms/open-payload-key.ts';
import { createTestEngine } from '../../lib/testing/index.ts';
import { startTableServer } from '../dynamodb/table-server.ts';
import { type Ended, runFake } from './fake-surroundings.ts';

const server = await startTableServer();
const client = server.newTableClient();
const folder = mkdtempSync(join(tmpdir(), 'lull-keys-'));
afterAll(async () => {
  client.destroy();
  rmSync(folder, { recursive: true });
  await server.close();
});

beforeEach(() => {
  const { host } = new URL(server.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://${host}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterEach(() => vi.unstubAllEnvs());

function newKey(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, randomBytes(32).toString('base64'));
  return `file:${path}`;
}

const note = signal<string>('note');

const remind = workflow('remind', function* (name: string) {
  yield* sleep('1 day');
  return `Dear ${name}`;
});

/** A table with runs that this key has encrypted: one has ended, one sleeps. */
async function newTable(payloadKey: string): Promise<string> {
  const tableName = await server.newTable();
  const engine = open(tableName, payloadKey);
  await engine.start(remind, 'Ada', { id: 'ended' });
  await engine.advance('2 days');
  const asleep = await engine.start(remind, 'Bob', { id: 'asleep' });
  await asleep.signal(note, 'soon', { idempotencyKey: 'once' });
  await engine.settle();
  return tableName;
}

function open(tableName: string, payloadKey: string) {
  const store = createBareStore({ tableName, client });
  // The kit's name for a table is another one than the command's: data keys belong to a table.
  return createTestEngine({ workflows: [remind], store, payloadKey: keyOf(payloadKey, tableName), log: SILENT });
}

/** A key that takes the kit's table for this one. */
function keyOf(payloadKey: string, tableName: string) {
  const key = openPayloadKey({ payloadKey });
  const here = (context: Readonly<Record<string, string>>) => ({ ...context, 'lull:table': tableName });
  return {
    name: key.name,
    generate: (context: Readonly<Record<string, string>>) => key.generate(here(context)),
    unwrap: (...[wrapped, context]: Parameters<typeof key.unwrap>) => key.unwrap(wrapped, here(context)),
    wrap: (...[secret, context]: Parameters<typeof key.wrap>) => key.wrap(secret, here(context)),
  };
}

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const reencrypt = (...args: string[]): Promise<Ended> => runFake(['reencrypt', ...args]);

describe('lull reencrypt', () => {
  it('encrypts all anew, and says that the former key is not needed any more', async () => {
    const [former, key] = [newKey('old'), newKey('new')];
    const table = await newTable(former);
    const keys = ['--table', table, '--key', key, '--former-key', former];

    const counted = await reencrypt(...keys, '--dry-run');
    expect([counted.exitCode, counted.out]).toEqual([
      0,
      expect.stringMatching(
        /^(\d+) items of table ".*" have something encrypted, \1 of them under a former key\nThe key of digests is/,
      ),
    ]);
    const done = await reencrypt(...keys);
    expect([done.exitCode, done.out]).toEqual([
      0,
      expect.stringMatching(/^\d+ items of table ".*" were encrypted anew\nNothing is left for which a former key/),
    ]);
    const again = await reencrypt(...keys, '--json');
    expect([again.exitCode, JSON.parse(again.out)]).toMatchObject([0, { former: 0, rewritten: 0, isDone: true }]);

    rmSync(former.slice('file:'.length));
    const engine = open(table, key);
    expect(await engine.client.run('ended').result()).toBe('Dear Ada');
    await engine.advance('2 days');
    expect(await engine.client.run('asleep').result()).toBe('Dear Bob');
  });

  it('says what cannot be read where no former key is named, and leaves it as it is', async () => {
    const [former, key] = [newKey('old-2'), newKey('new-2')];
    const table = await newTable(former);
    const { exitCode, out, err } = await reencrypt('--table', table, '--key', key);
    expect([exitCode, err]).toEqual([1, 'No former key is named: what another key has encrypted cannot be read.\n']);
    expect(out).toMatch(
      /^0 items .* were encrypted anew\n\d+ items cannot be read with these keys, and stay as they are:/,
    );
    expect(out).toContain('run "ended": it was encrypted with another payload key than those that are set here');
    expect(await open(table, former).client.run('ended').result()).toBe('Dear Ada');
  });

  it.each<[string, () => string[], number, RegExp]>([
    [
      'no key',
      () => ['--table', 'runs'],
      2,
      /no payload key is known for table "runs": name the one of now with --key/,
    ],
    ['no table, and no lull dev', () => [], 4, /no lull dev runs in .*, or name a table with --table NAME/],
    ['a table and a folder', () => ['--table', 'runs', '--dir', 'x'], 2, /--table and --dir each name a table/],
    [
      'a key that is not there',
      () => ['--table', 'runs', '--key', 'file:/nowhere'],
      4,
      /payload key .* cannot be read/,
    ],
    ['a table that is not there', () => ['--table', 'runs', '--key', newKey('k')], 4, /table "runs" is not there/],
  ])('refuses %s', async (_what, args, code, message) => {
    const { exitCode, err, out } = await reencrypt(...args());
    expect([exitCode, out]).toEqual([code, '']);
    expect(err).toMatch(message);
  });
});
