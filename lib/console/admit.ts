/**
 * Which requests the console takes: those of the person that has its link, from its own page. Another page in the same
 * browser does not know the token; a name that was made to lead to this machine is not one of its hosts.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Incoming {
  readonly method: string;
  /** Path and query, as in `/TOKEN/api/runs?limit=1`. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** What becomes of a request: it is for that path below the link, or it is refused. */
export type Admission =
  | { readonly kind: 'admitted'; readonly path: string; readonly search: string }
  | { readonly kind: 'refused'; readonly status: 400 | 403 | 404; readonly reason: string };

export function admit(request: Incoming, own: { readonly port: number; readonly token: string }): Admission {
  const hosts = ['127.0.0.1', 'localhost'].map((name) => `${name}:${own.port}`);
  const { host = '', origin } = request.headers;
  if (!hosts.includes(host)) return refused(403, 'this console answers at 127.0.0.1 and localhost alone');
  if (origin !== undefined && origin !== `http://${host}`)
    return refused(403, 'this console answers its own page alone');
  const place = splitTarget(request.target);
  if (place === undefined) return refused(400, 'that is no path');
  if (isOfOtherSite(request, place.path)) return refused(403, 'this console answers its own page alone');
  if (!isSame(place.token, own.token)) {
    return refused(
      404,
      'this link is not, or no longer, good: the command that serves the console prints the one that is',
    );
  }
  return { kind: 'admitted', path: place.path, search: place.search };
}

function refused(status: 400 | 403 | 404, reason: string): Admission {
  return { kind: 'refused', status, reason };
}

function splitTarget(target: string): { token: string; path: string; search: string } | undefined {
  const [, token, path = '', search = ''] = /^\/([^/?#]*)(\/[^?#]*)?(\?[^#]*)?$/.exec(target) ?? [];
  return token === undefined ? undefined : { token, path, search };
}

/** A browser says so. A link to the page itself may be anywhere, as in a terminal that is a page. */
function isOfOtherSite({ method, headers }: Incoming, path: string): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  if (site === 'none' || site === 'same-origin') return false;
  return !(method === 'GET' && path === '/' && headers['sec-fetch-dest'] === 'document');
}

function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
