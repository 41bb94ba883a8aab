// A value that a newer Node has stored is read on an older one, after a deployment was taken back.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { decode as Decode } from '../../lib/codec/decode.ts';
import { parsed } from './round-trip.ts';

/** The codec of a Node without this class. */
async function decodeWithout(name: string): Promise<typeof Decode> {
  vi.stubGlobal(name, undefined);
  vi.resetModules();
  return (await import('../../lib/codec/decode.ts')).decode;
}

async function refusalOf(text: string): Promise<Error & { code: string }> {
  const decode = await decodeWithout('Float16Array');
  try {
    decode(parsed(text));
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('it was read');
}

afterEach(() => vi.unstubAllGlobals());

/** In the syntax of no Node of today, as a later one may have it. */
const LATER = [
  ['a flag', '{"$":"RegExp","v":"a","flags":"gx"}'],
  ['a kind of group', '{"$":"RegExp","v":"(?>a)","flags":""}'],
  ['a property of Unicode', '{"$":"RegExp","v":"\\\\p{Script=Sindarin}","flags":"u"}'],
];

describe('what a newer Node has stored', () => {
  it('is refused in words that name this Node and the cure: a Float16Array', async () => {
    expect(await refusalOf('{"scores":{"$":"Float16Array","v":"ADw="}}')).toMatchObject({
      name: 'UndecodableValueError',
      code: 'NEWER_NODE',
      message:
        `what is stored cannot be read: $.scores is a Float16Array, which Node ${process.version} does not know: it was ` +
        'stored on a newer Node. Run this code on that version of Node, or on a later one',
    });
  });

  it.each(LATER)('is refused in such words: a regular expression with %s', async (_what, text) => {
    const error = await refusalOf(text);
    expect(error.code).toBe('NEWER_NODE');
    expect(error.message).toContain(`which Node ${process.version} does not know`);
    expect(error.cause).toBeInstanceOf(SyntaxError);
  });

  it.each([
    '{"$":"RegExp","v":"(","flags":""}',
    '{"$":"RegExp","v":"a","flags":"xx"}',
    '{"$":"RegExp","v":"a","flags":"uv"}',
  ])('is not blamed for what no Node writes: %s', async (text) => {
    expect((await refusalOf(text)).code).toBe('CORRUPT_DATA');
  });
});
