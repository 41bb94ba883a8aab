/**
 * dynalite throws out of its server when a request breaks off, or when its database is closed under a request that it
 * works on. Processes that are killed break off their requests, so it gets to see whole ones only, and is closed when
 * it has answered all of them.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { readBody } from '../../net/read-body.ts';

const REQUEST_LIMIT_BYTES = 16 * 1024 * 1024;
const LONGEST_ANSWER_MS = 2_000;

/** Puts itself between the server and its listener. Returns a way to wait until every request is answered. */
export function guardRequests(server: Server): { answered(): Promise<void> } {
  const [listener] = server.listeners('request') as [RequestListener];
  const open = new Set<Promise<void>>();
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    readBody(request, REQUEST_LIMIT_BYTES).then(
      (body) => {
        const answer = untilAnswered(response);
        open.add(answer);
        void answer.then(() => open.delete(answer));
        listener(toWholeRequest(request, body ?? Buffer.alloc(0)), response);
      },
      () => response.destroy(),
    );
  });
  return {
    answered: async () => {
      const late = new Promise((resolve) => setTimeout(resolve, LONGEST_ANSWER_MS).unref());
      await Promise.race([Promise.all(open), late]);
    },
  };
}

/** Resolves when the answer is made, whether or not the caller is still there. */
function untilAnswered(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
    response.end = ((...args: unknown[]) => {
      resolve();
      return end(...args);
    }) as ServerResponse['end'];
  });
}

function toWholeRequest({ method, url, headers }: IncomingMessage, body: Buffer): IncomingMessage {
  const whole = Readable.from(body.length === 0 ? [] : [body], { objectMode: false });
  return Object.assign(whole, { method, url, headers }) as unknown as IncomingMessage;
}
