/**
 * The addresses of a cloud. They are bound before its resources are known, since texts in these contain the addresses.
 * Requests wait until the listener is opened.
 */
import type { Cleanup } from './cleanups.ts';
import type { HttpApiResource } from './resources.ts';
import type { HttpReply, HttpRequest } from './triggers/http/http-event.ts';
import { startHttpServer, type HttpFront } from './triggers/http/http-server.ts';

/** An HTTP API that listens. */
export interface Listener extends BoundListener {
  readonly api: HttpApiResource;
}

export interface BoundListener extends HttpFront {
  open(answer: (request: HttpRequest) => Promise<HttpReply>): void;
}

/** Port 0 takes any free one. Rejects with a CloudError if the port cannot be had. */
export async function bindListener(port: number, cleanups: Cleanup[]): Promise<BoundListener> {
  let open: BoundListener['open'] = () => undefined;
  const answer = new Promise<Parameters<BoundListener['open']>[0]>((resolve) => {
    open = resolve;
  });
  const front = await startHttpServer(port, async (request) => (await answer)(request));
  cleanups.push(() => front.stop());
  return { ...front, open };
}
