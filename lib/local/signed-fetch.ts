/** Requests to an HTTP API behind API Gateway, or to a service of AWS: signed as AWS asks for it. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { LocalCredentials } from '../client/local-address.ts';

export interface Signer {
  readonly credentials: LocalCredentials;
  readonly region: string;
  /** Default: `execute-api`, which is API Gateway. */
  readonly service?: string;
}

/** `fetch`, with a signature. */
export async function signedFetch(
  url: string,
  init: RequestInit | undefined,
  { credentials, region, service = 'execute-api' }: Signer,
): Promise<Response> {
  const request = new Request(url, init);
  const body = Buffer.from(await request.arrayBuffer());
  const { protocol, hostname, port, host, pathname, searchParams } = new URL(url);
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const signed = await signer.sign(
    new HttpRequest({
      ...{ method: request.method, protocol, hostname, port: Number(port), path: pathname },
      query: Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)])),
      headers: { ...Object.fromEntries(request.headers), host },
      body,
    }),
  );
  const { host: _host, ...headers } = signed.headers; // fetch sets it
  return fetch(url, { ...init, headers, ...(body.length > 0 ? { body } : {}) });
}
