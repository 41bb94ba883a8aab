/** Requests over TLS: whose certificate is not trusted gets none. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { SELF_SIGNED } from './self-signed.ts';
import { clientOf } from './service-under-test.ts';

async function serveTls() {
  let requests = 0;
  const server = createServer(SELF_SIGNED, (_request, response) => {
    requests += 1;
    response.end('{"fine":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { endpoint: `https://localhost:${port}`, requests: () => requests };
}

it('a certificate that is not trusted is said at once, and nothing is sent', async () => {
  const { endpoint, requests } = await serveTls();
  await expect(clientOf(endpoint).send('GetItem', {})).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(requests()).toBe(0);
});

it('one that the process trusts is taken', async () => {
  const { endpoint, requests } = await serveTls();
  const folder = mkdtempSync(join(tmpdir(), 'lull-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'ca.pem'), SELF_SIGNED.cert);
  const module = join(import.meta.dirname, '../../../lib/aws/json/json-client.ts');
  const code = `
    import { createJsonClient } from ${JSON.stringify(module)};
    const client = createJsonClient({
      ...{ service: 'dynamodb', targetPrefix: 'x', maxAttempts: 1, limits: { connectMs: 5_000, answerMs: 5_000 } },
      environment: {
        ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' },
        AWS_ENDPOINT_URL: '${endpoint}',
      },
    });
    console.log(JSON.stringify(await client.send('GetItem', {})));`;
  const argv = ['--conditions=lull-source', '--import', 'tsx', '--input-type=module', '--eval', code];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env, timeout: 30_000 });
  expect(JSON.parse(stdout)).toEqual({ output: { fine: true }, attempts: 1 });
  expect(requests()).toBe(1);
}, 60_000);
