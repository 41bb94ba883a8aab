/**
 * Whether a request comes from this machine. Where no caller has to sign, pages of other sites are refused, which a
 * browser on this machine may have open: by their origin, or by a name of theirs that leads here.
 */

/** Undefined: the caller is a page or a program of this machine. */
export function crossOriginCaller(rawHeaders: readonly string[]): string | undefined {
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
