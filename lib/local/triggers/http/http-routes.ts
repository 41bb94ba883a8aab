/** Which route of an HTTP API a request takes: the most specific path, then the one that names the method. */
import type { RouteResource } from '../../resources.ts';

export interface RouteMatch {
  readonly route: RouteResource;
  /** Values of the path's variables. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** The path is decoded, as in an event. Undefined: API Gateway answers 404. */
export function findRoute(routes: readonly RouteResource[], method: string, path: string): RouteMatch | undefined {
  const matches = routes.flatMap((route) => {
    const { method: wanted, path: pattern } = readRouteKey(route.routeKey);
    if (wanted !== 'ANY' && wanted !== method) return [];
    const pathParameters = matchPath(pattern, path);
    return pathParameters === undefined ? [] : [{ route, pathParameters, rank: rankOf(wanted, pattern) }];
  });
  return matches.sort((a, b) => (a.rank < b.rank ? -1 : 1))[0];
}

function readRouteKey(routeKey: string): { method: string; path: string } {
  if (routeKey === '$default') return { method: 'ANY', path: '$default' };
  const [method = '', path = ''] = routeKey.split(' ');
  return { method, path };
}

/** Undefined if it does not match. A greedy variable takes all that is left, and at least something. */
function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  if (pattern === '$default') return {};
  const wanted = segmentsOf(pattern);
  const given = segmentsOf(path);
  const values: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? [];
    const value = greedy ? given.slice(index).join('/') : given[index];
    if (value === undefined || (name !== undefined && value === '')) return undefined;
    if (name === undefined && value !== segment) return undefined;
    if (name !== undefined) values[name] = value;
    if (greedy) return values;
  }
  return given.length === wanted.length ? values : undefined;
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1);
}

/** Sorts the more specific first, segment by segment: a text, a variable, a greedy variable, `$default`. */
function rankOf(method: string, pattern: string): string {
  if (pattern === '$default') return '9';
  const segments = segmentsOf(pattern).map((segment) =>
    !segment.startsWith('{') ? 0 : segment.endsWith('+}') ? 2 : 1,
  );
  return `${segments.join('')}${method === 'ANY' ? '1' : '0'}`;
}
