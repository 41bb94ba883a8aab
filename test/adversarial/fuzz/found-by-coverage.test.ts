/** What `npm run fuzz` found, made small. */
import { expect, it } from 'vitest';
import { decode } from '../../../lib/codec/decode.ts';
import { encode } from '../../../lib/codec/encode.ts';

it('a DOMException keeps a message that somebody has made something else than text', () => {
  const error = Object.defineProperty(new DOMException('the wait was aborted', 'AbortError'), 'message', {
    value: 0.5,
  });
  const stored = encode(error, 'the value');
  const read = decode(stored) as DOMException;
  expect(read).toBeInstanceOf(DOMException);
  expect([read.name, read.message]).toEqual(['AbortError', 0.5]);
  expect(encode(read, 'the value')).toEqual(stored);
});
