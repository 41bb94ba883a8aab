/**
 * Stands in for the native part of aws-lambda-ric, which talks to the Runtime API. Runs in the function's process.
 *
 * The original's `done` and `error` return when the answer was taken; here the next `next` waits for that.
 */
import { Agent } from 'node:http';
import { callRuntimeApi } from './call-runtime-api.ts';

/** What aws-lambda-ric asks of its `rapid-client.node`. */
export interface NativeClient {
  next(): Promise<{ readonly bodyJson: string; readonly headers: Readonly<Record<string, string>> }>;
  done(requestId: string, body: string): void;
  error(requestId: string, body: string, xrayCause: string): void;
}

export function createNativeClient(
  address: string,
  onHeaders: (headers: Readonly<Record<string, string>>) => void,
): NativeClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const api = `http://${address}/2018-06-01/runtime/invocation`;
  let posted = Promise.resolve();
  const post = (path: string, body: string): void => {
    posted = callRuntimeApi(`${api}/${path}`, agent, body).then(() => undefined);
    posted.catch(() => undefined); // the next `next` rejects with it
  };
  return {
    async next() {
      await posted;
      const { headers, body } = await callRuntimeApi(`${api}/next`, agent);
      const known = headers as Record<string, string>;
      onHeaders(known);
      return { bodyJson: body, headers: known };
    },
    done: (requestId, body) => post(`${requestId}/response`, body),
    error: (requestId, body) => post(`${requestId}/error`, body),
  };
}
