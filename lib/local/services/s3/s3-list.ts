/** A page of a bucket's list, as ListObjectsV2 gives it. */
import type { ObjectHead } from './object-store.ts';
import type { XmlContent } from '../xml.ts';

const PAGE_LIMIT = 1000;

type Element = readonly [name: string, content: XmlContent];

interface Entry {
  /** A key, or what keys begin with up to the delimiter. */
  readonly name: string;
  readonly element: Element;
}

/** The token of the next page is the last name of this one. */
export function listObjects(bucket: string, objects: readonly ObjectHead[], query: URLSearchParams): Element[] {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string): string => text;
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const limit = Math.min(Number(query.get('max-keys') ?? PAGE_LIMIT), PAGE_LIMIT);
  const entries = new Map<string, Entry>();
  for (const object of objects.filter(({ key }) => key.startsWith(prefix))) {
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? object.key : object.key.slice(0, end + delimiter.length);
    if (Buffer.compare(Buffer.from(name), Buffer.from(after)) <= 0) continue;
    entries.set(name, { name, element: end < 0 ? toContents(object, encode) : toCommonPrefix(name, encode) });
  }
  const all = [...entries.values()];
  const page = all.slice(0, limit);
  const isTruncated = all.length > page.length;
  const last = page.at(-1)?.name ?? '';
  return [
    ['Name', bucket],
    ['Prefix', encode(prefix)],
    ['KeyCount', page.length],
    ['MaxKeys', limit],
    ...(delimiter === '' ? [] : [['Delimiter', encode(delimiter)] as const]),
    ['IsTruncated', isTruncated],
    ...(isTruncated ? [['NextContinuationToken', Buffer.from(last).toString('base64url')] as const] : []),
    ...page.map(({ element }) => element),
  ];
}

function toContents({ key, bytes, etag, storedAtMs }: ObjectHead, encode: (text: string) => string): Element {
  const LastModified = new Date(storedAtMs).toISOString();
  const about: Element[] = [
    ['Key', encode(key)],
    ['LastModified', LastModified],
    ['ETag', etag],
    ['Size', bytes],
    ['StorageClass', 'STANDARD'],
  ];
  return ['Contents', about];
}

function toCommonPrefix(name: string, encode: (text: string) => string): Element {
  return ['CommonPrefixes', [['Prefix', encode(name)]]];
}
