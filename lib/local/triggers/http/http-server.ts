/** An HTTP server on 127.0.0.1 that answers whole requests with whole replies. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gatewayReply, type HttpReply, type HttpRequest } from './http-event.ts';
import { listenOnLoopback, stopServer } from '../../net/listen.ts';
import { readBody } from '../../net/read-body.ts';

/** API Gateway's. (What a function itself takes is less.) */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

export interface HttpFront {
  readonly url: string;
  /** Takes no further requests; those that are under way get their answers. */
  refuse(): void;
  /** Ends every connection. */
  stop(): Promise<void>;
}

/** Port 0 takes any free one. Rejects with a CloudError if the port cannot be had. */
export async function startHttpServer(
  port: number,
  reply: (request: HttpRequest) => Promise<HttpReply>,
): Promise<HttpFront> {
  const server: Server = createServer((request, response) => {
    replyTo(request, reply)
      .then((answer) => write(response, answer))
      .catch(() => response.destroy()); // the client went away while it sent the body
  });
  const taken = await listenOnLoopback(server, port);
  return {
    url: `http://127.0.0.1:${taken}`,
    refuse: () => {
      server.close();
      server.closeIdleConnections();
    },
    stop: () => stopServer(server),
  };
}

async function replyTo(
  request: IncomingMessage,
  reply: (request: HttpRequest) => Promise<HttpReply>,
): Promise<HttpReply> {
  const body = await readBody(request, BODY_LIMIT_BYTES);
  if (!body) return gatewayReply(413, 'Request Entity Too Large');
  return reply({
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    rawHeaders: request.rawHeaders,
    body,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
  });
}

function write(response: ServerResponse, reply: HttpReply): void {
  const headers = new Map<string, string[]>();
  for (const [name, value] of reply.headers) headers.set(name, [...(headers.get(name) ?? []), value]);
  for (const [name, values] of headers) response.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
  response.statusCode = reply.statusCode;
  response.end(reply.body);
}
