import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Client } from '../../lib/client/client.ts';
import { ADDRESS_FILE, findLocalCloud, ID_PATH } from '../../lib/client/local-address.ts';
import { namesNoEngine } from '../../lib/client/local-ports.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { listenOnLoopback, stopServer } from '../../lib/local/net/listen.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';

afterEach(() => vi.unstubAllEnvs());

/** A folder of a project, with a `.lull` in it that says this. */
function project(address?: object): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.lull'));
  writeFileSync(join(folder, '.lull/format.json'), '{"format":1}');
  if (address !== undefined) writeFileSync(join(folder, '.lull', ADDRESS_FILE), JSON.stringify(address));
  return folder;
}

async function answeringAs(id: string): Promise<string> {
  const server = createServer((request, response) => response.end(request.url === ID_PATH ? id : 'no'));
  const port = await listenOnLoopback(server, 0);
  onTestFinished(() => stopServer(server));
  return `http://127.0.0.1:${port}`;
}

function addressAt(endpoint: string, id: string): object {
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  const cloud = {
    id,
    endpoint,
    startedAt: '2026-11-22T15:21:32.071Z',
    region: 'us-east-1',
    isSigned: false,
    credentials,
  };
  return { pid: process.pid, url: 'http://127.0.0.1:4000', cloud };
}

describe('the lull dev of a folder', () => {
  it('is found from the folder, and from those below it', async () => {
    const folder = project(addressAt(await answeringAs('cloud-1'), 'cloud-1'));
    const below = join(folder, 'src/deep');
    mkdirSync(below, { recursive: true });
    for (const cwd of [folder, below]) {
      expect(await findLocalCloud(cwd)).toMatchObject({
        kind: 'found',
        cloud: { url: 'http://127.0.0.1:4000', folder: join(folder, '.lull') },
      });
    }
  });

  it('is not another one that listens where a killed one did', async () => {
    const folder = project(addressAt(await answeringAs('cloud-2'), 'cloud-1'));
    expect(await findLocalCloud(folder)).toEqual({ kind: 'none', folder: join(folder, '.lull') });
  });

  it('is not there where nothing listens any more', async () => {
    const folder = project(addressAt('http://127.0.0.1:9', 'cloud-1'));
    expect(await findLocalCloud(folder)).toEqual({ kind: 'none', folder: join(folder, '.lull') });
  });

  it('ends the search where one has stopped: a project above is another one', async () => {
    const outer = project(addressAt(await answeringAs('cloud-1'), 'cloud-1'));
    const inner = join(outer, 'inner');
    mkdirSync(join(inner, '.lull'), { recursive: true });
    writeFileSync(join(inner, '.lull/format.json'), '{"format":1}');
    expect(await findLocalCloud(inner)).toEqual({ kind: 'none', folder: join(inner, '.lull') });
  });

  it('that has its folder and cannot be asked yet is starting, if its process is alive', async () => {
    const starting = project({ pid: process.pid });
    expect(await findLocalCloud(starting)).toMatchObject({ kind: 'starting', pid: process.pid });
    const killed = project({ pid: 2 ** 30 });
    expect(await findLocalCloud(killed)).toMatchObject({ kind: 'none' });
  });

  it.each(['', 'not json', 'null', '{"pid":"1"}'])('is not there where the file holds %j', async (text) => {
    const folder = project();
    writeFileSync(join(folder, '.lull', ADDRESS_FILE), text);
    expect(await findLocalCloud(folder)).toMatchObject({ kind: 'none' });
  });
});

describe('a client without options', () => {
  it('says that no lull dev runs, and what to do', async () => {
    for (const name of ['LULL_TABLE_NAME', 'LULL_QUEUE_URL', 'AWS_LAMBDA_FUNCTION_NAME']) vi.stubEnv(name, undefined);
    const folder = project();
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder);
    onTestFinished(() => cwd.mockRestore());
    const client = new Client();
    await expect(client.run('r1').describe()).rejects.toMatchObject({
      code: 'ENVIRONMENT',
      message: expect.stringContaining(
        `, and the lull dev of ${join(folder, '.lull')} does not run: start it there (npx lull dev)`,
      ) as string,
    });
    await expect(client.start('greet')).rejects.toThrow('LULL_TABLE_NAME is not set');
  });

  it('looks for a lull dev only where nothing names an engine, and never on Lambda', () => {
    expect(namesNoEngine({}, {})).toBe(true);
    expect(namesNoEngine({ workflows: [] }, { LULL_TABLE_NAME: ' ' })).toBe(true);
    expect(namesNoEngine({ tableName: 't' }, {})).toBe(false);
    expect(namesNoEngine({ store: new MemoryStore() }, {})).toBe(false);
    expect(namesNoEngine({}, { LULL_QUEUE_URL: 'https://sqs.example/q' })).toBe(false);
    expect(namesNoEngine({}, { AWS_LAMBDA_FUNCTION_NAME: 'worker' })).toBe(false);
  });
});
