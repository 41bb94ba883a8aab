/**
 * The Runtime API of one sandbox, as Lambda's: a process asks for the next invocation and posts what became of it.
 *
 * It only translates. When a process is given something, and what it means that it asks, is for the sandbox to say.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listenOnLoopback, stopServer } from '../net/listen.ts';
import { readBody } from '../net/read-body.ts';
import { WORKFLOWS_PATH } from './runtime-client.ts';

/** What Lambda takes of a response. */
export const responseLimitBytes = 6_291_556;

export interface RuntimeApiListener {
  /** The process asks for the next invocation, and waits until it is given one. */
  onNext(): void;
  /** False: there is no such invocation. The body is undefined if it is over the limit. */
  onResponse(requestId: string, body: string | undefined): boolean;
  onError(requestId: string, body: string | undefined): boolean;
  /** The code could not be loaded. */
  onInitError(body: string): void;
  /** lull's own runtime client has loaded the code, and lists the workflows in it. */
  onWorkflows(body: string): void;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const OK: Answer = { status: 202, body: { status: 'OK' } };
const NO_SUCH_REQUEST = fail(400, 'InvalidRequestID', 'Invalid request ID');
const TOO_LARGE = fail(
  413,
  'RequestEntityTooLarge',
  `Exceeded maximum allowed payload size (${responseLimitBytes} bytes).`,
);

export class RuntimeApi {
  /** AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  readonly #server: Server;
  /** The request for the next invocation, while there is none. */
  #waiting: ServerResponse | undefined;
  /** Invocations that came before the process asked for them. */
  readonly #pending: { readonly headers: Readonly<Record<string, string>>; readonly payload: string }[] = [];

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.address = `127.0.0.1:${port}`;
  }

  static async start(): Promise<RuntimeApi> {
    // A process may say nothing for as long as its invocation lasts, and longer when it is frozen.
    const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    return new RuntimeApi(server, await listenOnLoopback(server, 0));
  }

  /** To be called once, before the process is started. */
  serve(listener: RuntimeApiListener): void {
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (request.method === 'GET' && request.url === '/2018-06-01/runtime/invocation/next') {
        this.#waiting = response;
        listener.onNext();
        this.#giveWaiting();
        return;
      }
      answerPost(listener, request).then(
        ({ status, body }) => send(response, status, JSON.stringify(body)),
        () => response.destroy(), // the process went away in the middle
      );
    });
  }

  /** Answers the process that asked for the next invocation, or that will. */
  giveNext(headers: Readonly<Record<string, string>>, payload: string): void {
    this.#pending.push({ headers, payload });
    this.#giveWaiting();
  }

  stop(): Promise<void> {
    return stopServer(this.#server);
  }

  #giveWaiting(): void {
    const next = this.#waiting && this.#pending.shift();
    if (!this.#waiting || !next) return;
    send(this.#waiting, 200, next.payload, next.headers);
    this.#waiting = undefined;
  }
}

async function answerPost(listener: RuntimeApiListener, request: IncomingMessage): Promise<Answer> {
  const body = (await readBody(request, responseLimitBytes))?.toString();
  const path = request.url ?? '';
  if (request.method === 'POST' && path === '/2018-06-01/runtime/init/error') {
    listener.onInitError(body ?? '{}');
    return OK;
  }
  if (request.method === 'POST' && path === WORKFLOWS_PATH) {
    listener.onWorkflows(body ?? '[]');
    return OK;
  }
  const [, requestId, kind] = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
  if (request.method !== 'POST' || requestId === undefined) return fail(404, 'NotFound', `no such path: ${path}`);
  const isError = kind === 'error';
  const known = isError
    ? listener.onError(requestId, body)
    : takeResponse(listener, requestId, body, request.trailers['lambda-runtime-function-error-body']);
  if (!known) return NO_SUCH_REQUEST;
  return body === undefined ? TOO_LARGE : OK;
}

/** A handler that streams its response sends an error in a trailer. */
function takeResponse(
  listener: RuntimeApiListener,
  requestId: string,
  body: string | undefined,
  errorBody: string | undefined,
): boolean {
  if (errorBody === undefined) return listener.onResponse(requestId, body);
  return listener.onError(requestId, Buffer.from(errorBody, 'base64').toString());
}

function fail(status: number, errorType: string, errorMessage: string): Answer {
  return { status, body: { errorType, errorMessage } };
}

function send(response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body);
}
