/**
 * `fetch` whose requests are signed for AWS (Signature Version 4). What signs is loaded at the first request: a
 * program that imports this may never send one.
 */
import type { SignatureV4 } from '@smithy/signature-v4';

export interface Signer {
  /** Or what gives them, as the SDK's own chain does. */
  readonly credentials: ConstructorParameters<typeof SignatureV4>[0]['credentials'];
  readonly region: string;
  /** Default: `execute-api`, which is API Gateway. */
  readonly service?: string;
}

/** For an HTTP API behind API Gateway, or a service of AWS. */
export async function signedFetch(
  url: string,
  init: RequestInit | undefined,
  { credentials, region, service = 'execute-api' }: Signer,
): Promise<Response> {
  const [{ Sha256 }, { HttpRequest }, { SignatureV4 }] = await Promise.all([
    import('@aws-crypto/sha256-js'),
    import('@smithy/protocol-http'),
    import('@smithy/signature-v4'),
  ]);
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

/** The same with the credentials that the SDK finds: environment, profiles, SSO, containers. */
export function createSignedFetch(region: string): (url: string, init?: RequestInit) => Promise<Response> {
  let signer: Promise<Signer> | undefined;
  return async (url, init) => signedFetch(url, init, await (signer ??= signerOfSdk(region)));
}

async function signerOfSdk(region: string): Promise<Signer> {
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const { credentials } = new DynamoDBClient({ region }).config;
  return { credentials, region };
}

/** The region in the address of an API Gateway; undefined for every other address. */
export function regionOfApi(endpoint: string): string | undefined {
  const labels = new URL(endpoint).hostname.split('.');
  const [service, region, ...domain] = labels.slice(1);
  const isAws = service === 'execute-api' && /^amazonaws\.com(\.cn)?$/.test(domain.join('.'));
  return isAws ? region : undefined;
}
