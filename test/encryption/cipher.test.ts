/** A text that is encrypted is read at its place, whole, and with its data key; else not at all. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { dataKeyIdOf, openText, sealText } from '../../lib/encryption/cipher.ts';

const KEY = { id: '0123456789abcdef', secret: randomBytes(32) };
const PLACE = { runId: 'run-1', part: ['record', '1', '3'] };
const TEXT = '{"card":"4242"}';
const sealed = Buffer.from(sealText(KEY, PLACE, TEXT), 'base64');
const open = (bytes: Buffer, place = PLACE, key = KEY): string | undefined =>
  openText(key, place, bytes.toString('base64'));

it('is read at its place', () => {
  expect(open(sealed)).toBe(TEXT);
  expect(dataKeyIdOf(sealed.toString('base64'))).toEqual({ id: KEY.id });
});

it('that was cut anywhere, or is longer, is not read, and says that it was cut where it does not even have its head', () => {
  const read = Array.from({ length: sealed.length }, (_, length) => open(sealed.subarray(0, length)));
  expect(read.filter((text) => text !== undefined)).toEqual([]);
  expect(open(Buffer.concat([sealed, Buffer.of(0)]))).toBeUndefined();
  expect(dataKeyIdOf(sealed.subarray(0, 5).toString('base64'))).toEqual({ problem: 'it was cut off' });
  expect(dataKeyIdOf('')).toMatchObject({ problem: expect.stringContaining('format') as string });
});

it('of which one byte was changed is not read', () => {
  const read = Array.from(sealed, (byte, at) => {
    const changed = Buffer.from(sealed);
    changed[at] = byte ^ 1;
    return open(changed);
  });
  expect(read.filter((text) => text !== undefined)).toEqual([]);
});

it('of another run, another place of its run, or another data key is not read', () => {
  expect(open(sealed, { ...PLACE, runId: 'run-2' })).toBeUndefined();
  expect(open(sealed, { ...PLACE, part: ['record', '13'] })).toBeUndefined();
  expect(open(sealed, { ...PLACE, part: ['record', '1', '4'] })).toBeUndefined();
  expect(open(sealed, PLACE, { ...KEY, secret: randomBytes(32) })).toBeUndefined();
});
