/** The HTTP server in front of the API function, in the place of API Gateway. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { FunctionPool } from './function-pool.ts';
import { gatewayReply, MalformedPathError, toHttpEvent, toHttpReply, type HttpReply } from './http-event.ts';
import { InvocationError } from './invocation-error.ts';
import { listenOnLoopback, stopServer } from './listen.ts';
import { readBody } from './read-body.ts';

/** API Gateway's. (What the API function itself takes is less.) */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

export interface HttpFront {
  readonly url: string;
  /** Takes no further requests; those that are under way get their answers. */
  refuse(): void;
  /** Ends every connection. */
  stop(): Promise<void>;
}

/** Port 0 takes any free one. Rejects with a LocalCloudError if the port cannot be had. */
export async function startHttpFront(options: {
  readonly port: number;
  readonly pool: FunctionPool;
}): Promise<HttpFront> {
  const server: Server = createServer((request, response) => {
    replyTo(request, options.pool)
      .then((reply) => write(response, reply))
      .catch(() => response.destroy()); // the client went away while it sent the body
  });
  const port = await listenOnLoopback(server, options.port);
  return {
    url: `http://127.0.0.1:${port}`,
    refuse: () => {
      server.close();
      server.closeIdleConnections();
    },
    stop: () => stopServer(server),
  };
}

async function replyTo(request: IncomingMessage, pool: FunctionPool): Promise<HttpReply> {
  const body = await readBody(request, BODY_LIMIT_BYTES);
  if (!body) return gatewayReply(413, 'Request Entity Too Large');
  try {
    const event = toHttpEvent(
      {
        method: request.method ?? 'GET',
        target: request.url ?? '/',
        rawHeaders: request.rawHeaders,
        body,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      },
      randomUUID(),
      Date.now(),
    );
    return toHttpReply(await pool.invoke(event));
  } catch (error) {
    if (error instanceof MalformedPathError) return gatewayReply(400, `Bad Request: ${error.message}`);
    if (!(error instanceof InvocationError)) throw error;
    if (error.failure === 'too-large') return gatewayReply(413, `Request Entity Too Large: ${error.message}`);
    if (error.failure === 'stopped') return gatewayReply(503, 'Service Unavailable: the local cloud is stopping');
    if (error.failure === 'timed-out') return gatewayReply(503, 'Service Unavailable: the function took too long');
    return gatewayReply(500, 'Internal Server Error');
  }
}

function write(response: ServerResponse, reply: HttpReply): void {
  const headers = new Map<string, string[]>();
  for (const [name, value] of reply.headers) headers.set(name, [...(headers.get(name) ?? []), value]);
  for (const [name, values] of headers) response.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
  response.statusCode = reply.statusCode;
  response.end(reply.body);
}
