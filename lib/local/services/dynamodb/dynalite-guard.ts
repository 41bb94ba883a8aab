/**
 * dynalite throws out of its server when a request breaks off, or when its database is closed under a request that it
 * works on. Processes that are killed break off their requests, so it gets to see whole ones only, and is closed when
 * it has answered all of them.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { readBody } from '../../net/read-body.ts';
import { withTransactions } from './transactions.ts';

const REQUEST_LIMIT_BYTES = 16 * 1024 * 1024;
const LONGEST_ANSWER_MS = 2_000;

export interface GuardedRequests {
  /** Writes what a transaction of the process before was about to. */
  readonly finishTransaction: () => Promise<void>;
  /** Waits until every request is answered. */
  answered(): Promise<void>;
}

/** Puts itself between the server and its listener. `folder`: where its tables are kept. */
export function guardRequests(server: Server, folder?: string): GuardedRequests {
  const transactions = withTransactions((server.listeners('request') as [RequestListener])[0], folder);
  const { listener, finish } = transactions;
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
    finishTransaction: finish,
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
