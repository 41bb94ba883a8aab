/**
 * A line of an API's access log for a person. The construct's format is JSON for queries; a format of the author's own is
 * shown as it is.
 */
import { readJsonLine } from './text/json-line.ts';
import { printable } from './text/printable.ts';

export function requestLine(line: string): string {
  const {
    method,
    path,
    status,
    latencyMs,
    error = '-',
    integrationError = '-',
  } = (readJsonLine(line) ?? {}) as Readonly<Partial<Record<string, string>>>;
  if (method === undefined || path === undefined || status === undefined) return line;
  const why = [error, integrationError].filter((each) => each !== '-').join('; ');
  const took = latencyMs === undefined ? '' : `  ${latencyMs} ms`;
  return printable(`${method} ${path}  ${status}${took}${why === '' ? '' : `  ${why}`}`);
}
