/**
 * The addresses of a cloud from a template: they have to be known before the template can be read, as its texts contain
 * them, and what stands behind them follows from the template.
 */
import { gatewayReply, type HttpReply, type HttpRequest } from '../http-event.ts';
import { startHttpServer, type HttpFront } from '../http-server.ts';
import { listenForAws, type AwsEndpoint } from './aws/aws-endpoint.ts';
import type { Stack, StackHttpApi } from './stack.ts';
import { readStack } from './template/read-stack.ts';

/** An HTTP API that listens. */
export interface Door extends HttpFront {
  readonly api: StackHttpApi;
  /** Until then each request is answered with 503. */
  open(answer: (request: HttpRequest) => Promise<HttpReply>): void;
}

export interface Doors {
  readonly stack: Stack;
  readonly aws: AwsEndpoint;
  readonly doors: readonly Door[];
}

/** The port is that of the first HTTP API. Each address that was taken puts the way to give it back on `stops`. */
export async function openDoors(
  { from, port = 0 }: { readonly from: string; readonly port?: number },
  stops: (() => Promise<void> | void)[],
): Promise<Doors> {
  const aws = await listenForAws();
  stops.push(() => aws.stop());
  // Read twice: the first time for the ids of its APIs.
  const draft = readStack(from, { sqs: aws.endpoint, apiUrl: () => aws.endpoint });
  const listening = new Map<string, Omit<Door, 'api'>>();
  for (const { id } of draft.httpApis) {
    const door = await listen(listening.size === 0 ? port : 0);
    listening.set(id, door);
    stops.push(() => door.stop());
  }
  const stack = readStack(from, { sqs: aws.endpoint, apiUrl: (id) => listening.get(id)?.url ?? '' });
  const doors = stack.httpApis.flatMap((api) => {
    const door = listening.get(api.id);
    return door ? [{ ...door, api }] : [];
  });
  return { stack, aws, doors };
}

async function listen(port: number): Promise<Omit<Door, 'api'>> {
  let answer: (request: HttpRequest) => Promise<HttpReply> = async () => gatewayReply(503, 'Service Unavailable');
  const front = await startHttpServer(port, (request) => answer(request));
  return {
    ...front,
    open: (given) => {
      answer = given;
    },
  };
}
