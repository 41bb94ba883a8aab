/**
 * Amazon's own DynamoDB Local, a Java program, out of the npm package amplify-dynamodb-simulator. It has
 * to be installed separately: it is large, and it has a licence of its own.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ProcessReaper } from '../../net/process-reaper.ts';
import { CloudError } from '../../cloud-error.ts';

const OLDEST_JAVA = 17;
const LONGEST_START_MS = 30_000;
const LOOK_EVERY_MS = 100;

export interface DynamodbServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface DynamodbLocalOptions {
  /** Where tables are kept. Default: in memory. */
  readonly dbPath?: string;
  /** A folder from where the package is found, besides the working directory and lull's own. */
  readonly packageFolder?: string;
}

/** Rejects with a CloudError if the package or Java is missing. */
export async function startDynamodbLocal({
  dbPath,
  packageFolder,
}: DynamodbLocalOptions = {}): Promise<DynamodbServer> {
  const emulator = findEmulator(packageFolder);
  const missing = missingJava();
  if (missing !== undefined) throw new CloudError('PACKAGE_NOT_INSTALLED', missing);
  if (dbPath !== undefined) mkdirSync(dbPath, { recursive: true });
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'lull-dynamodb-'));
  const reaper = new ProcessReaper(folder);
  const java = spawn(
    'java',
    [
      `-Djava.library.path=${join(emulator, 'DynamoDBLocal_lib')}`,
      ...['-jar', join(emulator, 'DynamoDBLocal.jar')],
      ...['-port', String(port), '-sharedDb', '-disableTelemetry'],
      ...(dbPath === undefined ? ['-inMemory'] : ['-dbPath', resolve(dbPath)]),
    ],
    // It writes into the folder in which it runs. Ctrl-C in a terminal is not meant for it.
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true, cwd: folder },
  );
  if (java.pid !== undefined) reaper.add(java.pid);
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await untilItAnswers(java, endpoint);
  } catch (error) {
    await reaper.end();
    throw error;
  }
  const exited = once(java, 'exit');
  return {
    endpoint,
    stop: async () => {
      java.kill();
      await exited;
      await reaper.end();
    },
  };
}

function findEmulator(packageFolder: string | undefined): string {
  const folders = [...(packageFolder === undefined ? [] : [packageFolder]), process.cwd()];
  for (const file of [...folders.map((folder) => join(folder, 'x.js')), import.meta.url]) {
    try {
      return join(dirname(createRequire(file).resolve('amplify-dynamodb-simulator/package.json')), 'emulator');
    } catch {
      continue; // the next one may have it
    }
  }
  throw new CloudError(
    'PACKAGE_NOT_INSTALLED',
    `DynamoDB Local is not installed (Amazon's own, with a licence of its own; it needs Java ${OLDEST_JAVA}): ` +
      'npm install --save-dev amplify-dynamodb-simulator',
  );
}

/** Why DynamoDB Local cannot run here; undefined if it can. */
export function missingJava(): string | undefined {
  const { stderr, error } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const [, version] = /version "(\d+)/.exec(error ? '' : stderr) ?? [];
  if (Number(version) >= OLDEST_JAVA) return undefined;
  return (
    `DynamoDB Local needs Java ${OLDEST_JAVA} or newer, and ${version === undefined ? 'there is no java' : `java is ${version}`} ` +
    `on the PATH: install it, or leave the option out (then dynalite serves the tables)`
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilItAnswers(java: ChildProcess, endpoint: string): Promise<void> {
  let said = '';
  java.stderr?.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-2_000)));
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const giveUpAtMs = Date.now() + LONGEST_START_MS;
  try {
    for (;;) {
      const hasAnswered = await client.send(new ListTablesCommand()).then(
        () => true,
        () => false,
      );
      if (hasAnswered) return;
      if (java.exitCode !== null || java.signalCode !== null || Date.now() > giveUpAtMs) {
        throw new CloudError('NOT_SUPPORTED', `DynamoDB Local did not start: ${said.trim() || 'it said nothing'}`);
      }
      await delay(LOOK_EVERY_MS);
    }
  } finally {
    client.destroy();
  }
}
