/** Filters as people write and choose them, as the engine takes them. */

const HOUR_MS = 3_600_000;

export const SPANS = [
  { value: '1h', name: 'Last hour', ms: HOUR_MS },
  { value: '24h', name: 'Last 24 hours', ms: 24 * HOUR_MS },
  { value: '7d', name: 'Last 7 days', ms: 7 * 24 * HOUR_MS },
  { value: '30d', name: 'Last 30 days', ms: 30 * 24 * HOUR_MS },
] as const;

/** A span back from now as a time; a time as it is; nothing for nothing. */
export function sinceOf(value: string, nowMs: number): string | undefined {
  const span = SPANS.find((each) => each.value === value);
  if (span !== undefined) return new Date(nowMs - span.ms).toISOString();
  return value === '' ? undefined : value;
}

/** `customer=c1 size=3 note="two words"` as JSON. Numbers, `true` and `false` are what they look like; what is quoted is a text. */
export function attributesOf(
  text: string,
): { readonly json?: string; readonly problem?: undefined } | { readonly problem: string } {
  const attributes: Record<string, unknown> = {};
  let rest = text.trim();
  while (rest !== '') {
    const [whole, name = '', quoted, bare = ''] = /^([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))\s*/.exec(rest) ?? [];
    if (whole === undefined) return { problem: `write attributes as in customer=c1, not ${JSON.stringify(rest)}` };
    attributes[name] = quoted === undefined ? plain(bare) : quoted.replaceAll(/\\(.)/g, '$1');
    rest = rest.slice(whole.length);
  }
  return Object.keys(attributes).length === 0 ? {} : { json: JSON.stringify(attributes) };
}

function plain(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
