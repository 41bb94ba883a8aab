/** A line that is a JSON object, as functions and APIs log it. */

export type Fields = Readonly<Record<string, unknown>>;

/** Undefined for any other line. */
export function readJsonLine(line: string): Fields | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Fields;
  } catch {
    return undefined;
  }
}

/** As in `runId=r-1 places={"a":1}`. */
export function shownFields(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
