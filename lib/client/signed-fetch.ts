/** `fetch` whose requests are signed for AWS (Signature Version 4), with the credentials that the SDK finds. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

/** For the HTTP API of a deployed engine, `https://abc.execute-api.eu-central-1.amazonaws.com`. */
export function createSignedFetch(region: string): typeof fetch {
  // The SDK's own chain: environment, profiles, SSO, containers.
  const { credentials } = new DynamoDBClient({ region }).config;
  const signer = new SignatureV4({ credentials, region, service: 'execute-api', sha256: Sha256 });
  return async (input, init) => {
    const request = new Request(input, init);
    const body = Buffer.from(await request.arrayBuffer());
    const { protocol, hostname, host, pathname, searchParams } = new URL(request.url);
    const names = [...new Set(searchParams.keys())];
    const signed = await signer.sign(
      new HttpRequest({
        ...{ method: request.method, protocol, hostname, path: pathname, body },
        query: Object.fromEntries(names.map((name) => [name, searchParams.getAll(name)])),
        headers: { ...Object.fromEntries(request.headers), host },
      }),
    );
    const { host: _host, ...headers } = signed.headers; // fetch sets it
    return fetch(request.url, { ...init, method: request.method, headers, ...(body.length > 0 ? { body } : {}) });
  };
}

/** The region in the address of an API Gateway; undefined for every other address. */
export function regionOfApi(endpoint: string): string | undefined {
  const labels = new URL(endpoint).hostname.split('.');
  const [service, region, ...domain] = labels.slice(1);
  const isAws = service === 'execute-api' && /^amazonaws\.com(\.cn)?$/.test(domain.join('.'));
  return isAws ? region : undefined;
}
