/** One POST over a connection that is kept open, and its whole answer. */
import * as http from 'node:http';
import * as https from 'node:https';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface TimeLimits {
  /** To connect. */
  readonly connectMs: number;
  /** From the request to the last byte of its answer. */
  readonly answerMs: number;
}

export interface Poster {
  /**
   * Rejects with the network's error, which has a `code`, or with a TimeoutError. Either way the request may have been
   * carried out, or may be yet.
   */
  post(headers: http.OutgoingHttpHeaders, body: string): Promise<Answer>;
  /** Closes the connections. */
  destroy(): void;
}

/** As many as the AWS SDK opens: further requests wait for one. */
const CONNECTIONS = 50;

export function createPoster(endpoint: URL, limits: TimeLimits): Poster {
  const { request, Agent } = endpoint.protocol === 'http:' ? http : https;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const { hostname, port, pathname } = endpoint;
  const address = { agent, hostname: hostname.replace(/^\[|\]$/g, ''), port, path: pathname, method: 'POST' };

  return {
    destroy: () => agent.destroy(),
    post: (headers, body) =>
      new Promise((resolve, reject) => {
        const bytes = Buffer.from(body);
        const outgoing = request({ ...address, headers: { ...headers, 'content-length': bytes.length } });
        const answerTimer = setTimeout(() => {
          outgoing.destroy(timeoutError(`no answer from ${endpoint.host} within ${limits.answerMs} ms`));
        }, limits.answerMs);
        limitConnecting(outgoing, limits.connectMs, endpoint);
        const fail = (error: Error): void => {
          clearTimeout(answerTimer);
          reject(error);
        };
        outgoing.on('error', fail);
        outgoing.once('response', (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', fail); // it ended before its end
          incoming.once('end', () => {
            clearTimeout(answerTimer);
            const text = Buffer.concat(chunks);
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text.toString('utf8') });
          });
        });
        outgoing.end(bytes);
      }),
  };
}

/** A connection that is open already has no limit of its own. */
function limitConnecting(outgoing: http.ClientRequest, connectMs: number, endpoint: URL): void {
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      outgoing.destroy(timeoutError(`no connection to ${endpoint.host} within ${connectMs} ms`));
    }, connectMs);
    const stop = (): void => clearTimeout(timer);
    socket.once('connect', stop);
    socket.once('close', stop);
  });
}

/** Under the name that the AWS SDK gives it. */
function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError' });
}
