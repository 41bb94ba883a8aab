/**
 * The addresses of a cloud from a template: they have to be known before the template can be read, as its texts contain
 * them, and what stands behind them follows from the template.
 */
import { gatewayReply, type HttpReply, type HttpRequest } from './triggers/http/http-event.ts';
import { startHttpServer, type HttpFront } from './triggers/http/http-server.ts';
import { listenForServices, type Endpoint } from './services/endpoint.ts';
import type { Resources, HttpApiResource } from './resources.ts';
import { readTemplate } from './template/read-template.ts';

/** An HTTP API that listens. */
export interface Listener extends HttpFront {
  readonly api: HttpApiResource;
  /** Until then each request is answered with 503. */
  open(answer: (request: HttpRequest) => Promise<HttpReply>): void;
}

export interface Listeners {
  readonly resources: Resources;
  readonly aws: Endpoint;
  readonly doors: readonly Listener[];
}

/** The port is that of the first HTTP API. Each address that was taken puts the way to give it back on `stops`. */
export async function bindListeners(
  { from, port = 0 }: { readonly from: string; readonly port?: number },
  stops: (() => Promise<void> | void)[],
): Promise<Listeners> {
  const aws = await listenForServices();
  stops.push(() => aws.stop());
  // Read twice: the first time for the ids of its APIs.
  const draft = readTemplate(from, { sqs: aws.endpoint, apiUrl: () => aws.endpoint });
  const listening = new Map<string, Omit<Listener, 'api'>>();
  for (const { id } of draft.httpApis) {
    const door = await listen(listening.size === 0 ? port : 0);
    listening.set(id, door);
    stops.push(() => door.stop());
  }
  const resources = readTemplate(from, { sqs: aws.endpoint, apiUrl: (id) => listening.get(id)?.url ?? '' });
  const doors = resources.httpApis.flatMap((api) => {
    const door = listening.get(api.id);
    return door ? [{ ...door, api }] : [];
  });
  return { resources, aws, doors };
}

async function listen(port: number): Promise<Omit<Listener, 'api'>> {
  let answer: (request: HttpRequest) => Promise<HttpReply> = async () => gatewayReply(503, 'Service Unavailable');
  const front = await startHttpServer(port, (request) => answer(request));
  return {
    ...front,
    open: (given) => {
      answer = given;
    },
  };
}
