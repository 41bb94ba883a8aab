/** A service made of HTTP, which answers as a test says, and a client of it with short time limits. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createJsonClient, type JsonClient } from '../../../lib/aws/json/json-client.ts';
import type { Credentials } from '../../../lib/aws/json/sign-request.ts';

export type Answering = (response: ServerResponse, request: IncomingMessage, nth: number) => void;

export interface Seen {
  readonly target: unknown;
  readonly body: string;
  /** As the request says, in `x-amz-date`. */
  readonly date: unknown;
  readonly authorization: unknown;
  readonly socket: Socket;
}

export interface ServiceUnderTest {
  readonly client: JsonClient;
  readonly seen: readonly Seen[];
  readonly server: Server;
  readonly port: number;
}

export interface ClientLimits {
  readonly maxAttempts?: number;
  readonly answerMs?: number;
  readonly credentials?: (options?: { readonly forceRefresh?: boolean }) => Promise<Credentials>;
}

/** Both end with the test. */
export async function serve(answering: Answering, limits: ClientLimits = {}): Promise<ServiceUnderTest> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { 'x-amz-target': target, 'x-amz-date': date, authorization } = request.headers;
      seen.push({ target, date, authorization, body: Buffer.concat(chunks).toString(), socket: request.socket });
      answering(response, request, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = clientOf(`http://127.0.0.1:${port}`, limits);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { client, seen, server, port };
}

export function clientOf(
  endpoint: string,
  { maxAttempts = 4, answerMs = 300, credentials = () => Promise.resolve(KEYS) }: ClientLimits = {},
): JsonClient {
  const client = createJsonClient({
    ...{ service: 'dynamodb', targetPrefix: 'DynamoDB_20120810', maxAttempts, limits: { connectMs: 300, answerMs } },
    location: { endpoint: new URL(endpoint), region: 'eu-central-1', credentials },
  });
  onTestFinished(() => client.destroy());
  return client;
}

const KEYS = { accessKeyId: 'a', secretAccessKey: 's' };

export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export const ok: Answering = (response) => answer(response, 200, { fine: true });
