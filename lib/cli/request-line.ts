/**
 * A line of an API's access log for a person. The construct's format is JSON for queries; a format of the author's own is
 * shown as it is.
 */
import { printable } from './text/printable.ts';

export function requestLine(line: string): string {
  const { method, path, status, latencyMs, error = '-', integrationError = '-' } = readFields(line);
  if (method === undefined || path === undefined || status === undefined) return line;
  const why = [error, integrationError].filter((each) => each !== '-').join('; ');
  const took = latencyMs === undefined ? '' : `  ${latencyMs} ms`;
  return printable(`${method} ${path}  ${status}${took}${why === '' ? '' : `  ${why}`}`);
}

function readFields(line: string): Readonly<Partial<Record<string, string>>> {
  if (!line.startsWith('{')) return {};
  try {
    return JSON.parse(line) as Record<string, string>;
  } catch {
    return {};
  }
}
