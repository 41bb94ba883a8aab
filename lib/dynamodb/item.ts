/** Items as the table has them: typed reading and writing of their attributes. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { invariant } from '../core/invariant.ts';
import { findSealed, toSealed } from '../core/sealed.ts';
import { NewerFormatError } from '../ports/world-errors.ts';
import { attribute, schemaVersion } from './schema.ts';
import type { AttributeName } from './schema.ts';

export type Item = Record<string, AttributeValue>;

export function text(value: string): AttributeValue.SMember {
  return { S: value };
}

export function number(value: number): AttributeValue.NMember {
  invariant(Number.isFinite(value), `${value} is no number for the table`);
  return { N: String(value) };
}

export function texts(values: readonly string[]): AttributeValue.LMember {
  return { L: values.map(text) };
}

/** A stored form: its JSON text, or, if it is encrypted, the bytes alone, which take three quarters of their base64. */
export function content(stored: unknown): AttributeValue {
  const sealed = findSealed(stored);
  return sealed === undefined ? text(JSON.stringify(stored)) : { B: new StoredBytes(Buffer.from(sealed.v, 'base64')) };
}

/** In JSON, and so in requests that lull signs itself, bytes are base64; the AWS SDK takes them as they are. */
class StoredBytes extends Uint8Array {
  toJSON(): string {
    return Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString('base64');
  }
}

/** As `content` has made it, in JSON: also of bytes: that is what the bucket has. */
export function contentText(item: Item, name: AttributeName): string {
  return item[attribute[name]]?.B === undefined ? readText(item, name) : JSON.stringify(readContent(item, name));
}

/** What `content` was given. */
export function readContent<T>(item: Item, name: AttributeName): T {
  const bytes: unknown = item[attribute[name]]?.B;
  if (bytes === undefined) return readJson(item, name);
  const base64 = typeof bytes === 'string' ? bytes : Buffer.from(bytes as Uint8Array).toString('base64');
  return toSealed(base64) as T;
}

export function has(item: Item, name: AttributeName): boolean {
  return item[attribute[name]] !== undefined;
}

export function itemKey(runId: string, sortKey: string): Item {
  return { [attribute.pk]: text(runId), [attribute.sk]: text(sortKey) };
}

/** Throws NewerFormatError for an item that only a later version of lull understands. */
export function checkFormat(item: Item, knownFormat = schemaVersion): void {
  const format = readNumber(item, 'format');
  if (format <= knownFormat) return;
  throw new NewerFormatError(`item "${readText(item, 'sk')}" of run "${readText(item, 'pk')}"`, format, knownFormat);
}

export function findText(item: Item, name: AttributeName): string | undefined {
  return item[attribute[name]]?.S;
}

export function findNumber(item: Item, name: AttributeName): number | undefined {
  const stored = item[attribute[name]]?.N;
  return stored === undefined ? undefined : Number(stored);
}

export function readText(item: Item, name: AttributeName): string {
  return findText(item, name) ?? missing(item, name);
}

export function readNumber(item: Item, name: AttributeName): number {
  return findNumber(item, name) ?? missing(item, name);
}

export function findTexts(item: Item, name: AttributeName): string[] | undefined {
  return item[attribute[name]] === undefined ? undefined : readTexts(item, name);
}

export function readTexts(item: Item, name: AttributeName): string[] {
  return (item[attribute[name]]?.L ?? missing(item, name)).map((each) => each.S ?? missing(item, name));
}

export function readJson<T>(item: Item, name: AttributeName): T {
  return JSON.parse(readText(item, name)) as T;
}

function missing(item: Item, name: AttributeName): never {
  const key = `"${findText(item, 'sk') ?? '?'}" of "${findText(item, 'pk') ?? '?'}"`;
  throw new TypeError(
    `attribute "${attribute[name]}" of item ${key} is missing, or of another type: the table is damaged`,
  );
}
