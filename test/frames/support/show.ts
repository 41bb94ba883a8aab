/**
 * A value as a text, the same in each realm: so that what came out natively and compiled can be compared. It is given to
 * other realms as source text, so it uses nothing of this file.
 */
export function show(value: unknown): string {
  const seen = new Map<object, number>();
  const text = (one: unknown): string => {
    if (typeof one === 'string') return JSON.stringify(one);
    if (typeof one === 'bigint') return `${one}n`;
    if (typeof one === 'number') return Object.is(one, -0) ? '-0' : String(one);
    if (typeof one === 'symbol') return String(one);
    if ((typeof one !== 'object' && typeof one !== 'function') || one === null) return String(one);
    const known = seen.get(one);
    if (known !== undefined) return `#${known}`;
    seen.set(one, seen.size);
    const tag = Object.prototype.toString.call(one).slice(8, -1);
    const name = (one as { constructor?: { name?: string } }).constructor?.name ?? '';
    if (typeof one === 'function') return `function ${one.name}/${one.length}`;
    if (tag === 'Error') {
      const { name: kind, message } = one as Error;
      return `${kind}(${message})`;
    }
    if (Array.isArray(one))
      return `[${Array.from({ length: one.length }, (_, index) => (index in one ? text(one[index]) : '-')).join()}]`;
    if (tag === 'Map')
      return `Map{${[...(one as Map<unknown, unknown>)].map(([key, item]) => `${text(key)}=>${text(item)}`).join()}}`;
    if (tag === 'Set') return `Set{${[...(one as Set<unknown>)].map(text).join()}}`;
    if (tag === 'Date') return `Date(${(one as Date).getTime()})`;
    if (tag === 'RegExp') return RegExp.prototype.toString.call(one);
    if (ArrayBuffer.isView(one)) return `${tag}(${[...(one as Uint8Array)].join()})`;
    const entries = Object.keys(one).map((key) => `${key}:${text((one as Record<string, unknown>)[key])}`);
    return `${name === 'Object' ? '' : name || tag}{${entries.join()}}`;
  };
  return text(value);
}
