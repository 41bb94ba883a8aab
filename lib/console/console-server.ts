/**
 * Serves the console on 127.0.0.1: the files of the page, and the engine's HTTP API below `api/`. All of it is below a token
 * that is made at each start, so the link is all the permission that it takes.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback, stopServer } from '../local/net/listen.ts';
import { readBody } from '../local/net/read-body.ts';
import { admit, type Incoming } from './admit.ts';
import { type ConsoleEngine, forward, problem, type Reply } from './forward.ts';
import { createPageFiles, type PageFiles } from './page-files.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import type { RunChanges } from './run-changes.ts';

export interface ConsoleOptions {
  readonly engine: ConsoleEngine;
  /** 0 takes any free one. */
  readonly port: number;
  /** What happens to runs as it happens, where that is known without asking. */
  readonly changes?: RunChanges;
  /** Default: those of this package. */
  readonly files?: PageFiles;
}

export interface RunningConsole {
  /** The link, with its token. */
  readonly url: string;
  stop(): Promise<void>;
}

/** API Gateway's. */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
const TOKEN_BYTES = 24;

/** Rejects with a CloudError if the port cannot be had. */
export async function startConsole({
  engine,
  port,
  changes,
  files = createPageFiles(),
}: ConsoleOptions): Promise<RunningConsole> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  let own = { port, token };
  const server = createServer((request, response) => {
    const incoming = { method: request.method ?? 'GET', target: request.url ?? '/', headers: request.headers };
    const admission = admit(incoming, own);
    if (admission.kind === 'refused') {
      write(response, plain(admission.status, admission.reason));
      return;
    }
    if (admission.path === '/changes' && changes !== undefined) {
      streamChanges(changes, response);
      return;
    }
    answer(request, incoming, admission)
      .then((reply) => write(response, reply))
      .catch(() => response.destroy()); // the page went away while it sent the body
  });
  const answer = async (
    request: IncomingMessage,
    incoming: Incoming,
    { path, search }: { readonly path: string; readonly search: string },
  ): Promise<Reply> => {
    const body = await readBody(request, BODY_LIMIT_BYTES);
    if (path === '') return { status: 308, headers: { location: `/${token}/` }, body: '' };
    if (path.startsWith('/api/')) {
      if (body === undefined) return problem(413, 'PAYLOAD_TOO_LARGE', 'the body has more than 10 MB');
      return forward(engine, incoming, { path: `${path.slice('/api'.length)}${search}`, body });
    }
    if (incoming.method !== 'GET') return plain(405, 'there are only files here, to GET');
    if (path === '/about')
      return json({ name: engine.name, isLocal: engine.isLocal, hasChanges: changes !== undefined });
    return fileAt(files, path);
  };
  own = { port: await listenOnLoopback(server, port), token };
  return { url: `http://127.0.0.1:${own.port}/${token}/`, stop: () => stopServer(server) };
}

async function fileAt(files: PageFiles, path: string): Promise<Reply> {
  try {
    const file = await files.read(path);
    if (file === undefined) return plain(404, 'there is no such file');
    const { contentType, content, isForGood } = file;
    const cache: Record<string, string> = isForGood ? { 'cache-control': 'private, max-age=31536000, immutable' } : {};
    return { status: 200, headers: { 'content-type': contentType, ...cache }, body: content };
  } catch (error) {
    return plain(500, (error as Error).message);
  }
}

function json(value: unknown): Reply {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function plain(status: number, text: string): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}

function write(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { 'cache-control': 'no-store', ...headers, ...SECURITY_HEADERS });
  response.end(body);
}

/** Server-sent events: the ids of runs of which something is new. */
function streamChanges(changes: RunChanges, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', ...SECURITY_HEADERS });
  response.write(': ready\n\n');
  const stop = changes.listen((runId) => response.write(`data: ${JSON.stringify({ runId })}\n\n`));
  response.on('close', stop);
}
