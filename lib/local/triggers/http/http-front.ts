/** The HTTP server in front of the API function, in the place of API Gateway. */
import { randomUUID } from 'node:crypto';
import type { FunctionPool } from '../../function-pool.ts';
import {
  gatewayReply,
  MalformedPathError,
  toHttpEvent,
  toHttpReply,
  type HttpReply,
  type HttpRequest,
} from './http-event.ts';
import { startHttpServer, type HttpFront } from './http-server.ts';
import { InvocationError } from '../../invocation-error.ts';

/** Port 0 takes any free one. Rejects with a CloudError if the port cannot be had. */
export function startHttpFront(options: { readonly port: number; readonly pool: FunctionPool }): Promise<HttpFront> {
  return startHttpServer(options.port, (request) => replyTo(request, options.pool));
}

async function replyTo(request: HttpRequest, pool: FunctionPool): Promise<HttpReply> {
  const stranger = crossOriginCaller(request.rawHeaders);
  if (stranger !== undefined) return gatewayReply(403, `Forbidden: ${stranger} is no page or program of this machine`);
  try {
    return toHttpReply(await pool.invoke(toHttpEvent(request, randomUUID(), Date.now())));
  } catch (error) {
    if (error instanceof MalformedPathError) return gatewayReply(400, `Bad Request: ${error.message}`);
    if (!(error instanceof InvocationError)) throw error;
    if (error.failure === 'too-large') return gatewayReply(413, `Request Entity Too Large: ${error.message}`);
    if (error.failure === 'stopped') return gatewayReply(503, 'Service Unavailable: the local cloud is stopping');
    if (error.failure === 'timed-out') return gatewayReply(503, 'Service Unavailable: the function took too long');
    return gatewayReply(500, 'Internal Server Error');
  }
}

/**
 * Nobody has to show who they are here. So pages from elsewhere, which a browser on this machine may have open, are sent
 * away: by their origin, or by a name of theirs that leads here. Undefined: it is somebody of this machine.
 */
function crossOriginCaller(rawHeaders: readonly string[]): string | undefined {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    if (name === 'host' && !isOfThisMachine(`http://${value}`)) return value;
    if (name === 'origin' && !isOfThisMachine(value)) return value;
    if (name === 'sec-fetch-site' && value === 'cross-site') return 'a page of another site';
  }
  return undefined;
}

function isOfThisMachine(address: string): boolean {
  return URL.canParse(address) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(address).hostname);
}
