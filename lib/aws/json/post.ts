/** One POST over a connection that is kept open, and its whole answer. */
import type * as http from 'node:http';
import { createConnections, httpFor } from './connections.ts';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface TimeLimits {
  /** To connect. */
  readonly connectMs: number;
  /** From when the request has a connection, or begins to make one, to the last byte of its answer. */
  readonly answerMs: number;
}

export interface Poster {
  /**
   * Rejects with the network's error, which has a `code`, or with a TimeoutError. Either way the request may have been
   * carried out, or may be yet. `headers`: names and values in turn, the host's too; all but that of the body's length.
   */
  post(headers: readonly string[], body: string): Promise<Answer>;
  /** Closes the connections: requests that are on their way, or wait for a connection, fail. */
  destroy(): void;
}

export function createPoster(endpoint: URL, limits: TimeLimits): Poster {
  const { request } = httpFor(endpoint);
  const connections = createConnections(endpoint);
  const { agent } = connections;
  const { hostname, port, pathname } = endpoint;
  const address = { agent, hostname: hostname.replace(/^\[|\]$/g, ''), port, path: pathname, method: 'POST' };
  /** What gives up each request that has no answer yet. */
  const open = new Set<() => void>();

  return {
    destroy: () => {
      for (const giveUp of open) giveUp();
      agent.destroy();
    },
    post: (headers, body) =>
      new Promise((resolve, reject) => {
        connections.closeIdle();
        const outgoing = request({ ...address, headers: [...headers, 'content-length', `${Buffer.byteLength(body)}`] });
        const stopTimers = limitTime(outgoing, limits, endpoint);
        const settle = (): void => {
          stopTimers();
          open.delete(giveUp);
        };
        const fail = (error: Error): void => {
          settle();
          connections.closeAllIdle();
          reject(error);
        };
        const giveUp = (): void => {
          fail(closedError(endpoint.host)); // one that waits for a connection would not hear of its end
          outgoing.destroy();
        };
        open.add(giveUp);
        outgoing.on('error', fail);
        outgoing.once('response', (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', fail); // it ended before its end
          incoming.once('end', () => {
            settle();
            const text = Buffer.concat(chunks);
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text.toString('utf8') });
          });
        });
        outgoing.end(body); // as text, it is written in one piece with the headers
      }),
  };
}

/** A request that waits for a connection has no limit yet: those before it have theirs. Gives what ends the limits. */
function limitTime(outgoing: http.ClientRequest, { connectMs, answerMs }: TimeLimits, { host }: URL): () => void {
  const stops: (() => void)[] = [];
  outgoing.once('socket', (socket) => {
    const giveUp = (message: string) => () => void outgoing.destroy(timeoutError(message));
    stops.push(startTimer(answerMs, giveUp(`no answer from ${host} within ${answerMs} ms`)));
    if (!socket.connecting) return; // it is open already
    const stop = startTimer(connectMs, giveUp(`no connection to ${host} within ${connectMs} ms`));
    stops.push(stop);
    socket.once('connect', stop);
  });
  return () => stops.forEach((stop) => stop());
}

/** The process may have been busy, or frozen, and what it waits for be there: that is read first. Gives what stops it. */
function startTimer(ms: number, expire: () => void): () => void {
  let isStopped = false;
  const timer = setTimeout(() => setImmediate(() => isStopped || expire()), ms);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** Another client may do it. */
export function closedError(host: string): Error {
  return Object.assign(new Error(`the client of ${host} was closed`), { $retryable: {} });
}

/** Under the name that the AWS SDK gives it. */
function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError' });
}
