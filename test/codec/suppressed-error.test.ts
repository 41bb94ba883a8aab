// Node 24 has SuppressedError (a `using` whose block fails, and whose disposal fails too), Node 20 has not.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import { encodeError } from '../../lib/codec/encode-error.ts';
import { showError } from '../../lib/lambda/shown-error.ts';
import { parsed } from './round-trip.ts';
import { expectSame } from './same.ts';

type Suppressed = Error & { error: unknown; suppressed: unknown };

/** As the standard has it: both errors are own properties that are not enumerable. */
const Standard = class SuppressedError extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'SuppressedError', writable: true, configurable: true });
  }
  constructor(error: unknown, suppressed: unknown, message?: string) {
    super(message);
    Object.defineProperty(this, 'error', { value: error, writable: true, configurable: true });
    Object.defineProperty(this, 'suppressed', { value: suppressed, writable: true, configurable: true });
  }
};

/** The codec of a process whose global is this. */
async function codecWith(SuppressedError: unknown): Promise<{ encode: typeof encode; decode: typeof decode }> {
  vi.stubGlobal('SuppressedError', SuppressedError);
  vi.resetModules();
  const [{ encode: write }, { decode: read }] = await Promise.all([
    import('../../lib/codec/encode.ts'),
    import('../../lib/codec/decode.ts'),
  ]);
  return { encode: write, decode: read };
}

afterEach(() => vi.unstubAllGlobals());

const closing = new RangeError('the file could not be closed');
const writing = new TypeError('the file could not be written');
const STORED = { $: 'Error', class: 'SuppressedError', message: 'both failed' };

describe('a SuppressedError', () => {
  it('comes back with both errors on a Node that has the class', async () => {
    const codec = await codecWith(Standard);
    const error = new Standard(closing, writing, 'both failed');
    const text = JSON.stringify(codec.encode(error, 'it'));
    expect(JSON.parse(text)).toMatchObject({ ...STORED, error: { class: 'RangeError' }, suppressed: {} });
    const back = codec.decode(parsed(text)) as Suppressed;
    expectSame(back, error);
    expect(JSON.stringify(codec.encode(back, 'it'))).toBe(text);
  });

  it('is read as an Error of that name on a Node that has not, and goes back to a newer one as it was', async () => {
    const newer = await codecWith(Standard);
    const text = JSON.stringify(newer.encode(new Standard(closing, writing, 'both failed'), 'it'));
    const older = await codecWith(undefined);
    const back = older.decode(parsed(text)) as Suppressed;
    expect(back).toBeInstanceOf(Error);
    expect(String(back)).toBe('SuppressedError: both failed');
    expect(back.constructor.name).toBe('SuppressedError');
    expect(back.error).toBeInstanceOf(RangeError);
    expect(back.suppressed).toBeInstanceOf(TypeError);
    expect(Object.keys(back)).toEqual([]);
    expect(JSON.stringify(older.encode(back, 'it'))).toBe(text);
  });

  it('keeps both when a compiler brings a class of its own', () => {
    const back = decode(parsed(JSON.stringify(encode(new Standard(closing, 'no error', 'm'), 'it')))) as Suppressed;
    expect(back.name).toBe('SuppressedError');
    expect((back.error as Error).message).toBe(closing.message);
    expect(back.suppressed).toBe('no error');
  });

  it('is recorded as a failure without what is too large or cannot be stored in either', () => {
    const large = Object.assign(new Error('large'), { body: 'x'.repeat(100_000) });
    const odd = Object.assign(new Error('odd'), { socket: () => 1 });
    const encoded = encodeError(new Standard(large, odd, 'both failed'), 'it');
    const back = decode(encoded) as Suppressed;
    expect((encoded as unknown as { omitted: string[] }).omitted).toEqual(['$.suppressed.socket', '$.error.body']);
    expect([(back.error as Error).message, (back.suppressed as Error).message]).toEqual(['large', 'odd']);
  });

  it('keeps the messages of both when hardly anything can be kept', () => {
    const writingParts = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`p${index}`, 'x'.repeat(5_000)]));
    const large = Object.assign(new Error('large'), writingParts);
    const back = decode(encodeError(new Standard(large, writing, 'both failed'), 'it')) as Suppressed;
    expect([(back.error as Error).message, (back.suppressed as Error).message]).toEqual(['large', writing.message]);
  });

  it('is shown in a log with both', () => {
    expect(showError(new Standard(closing, writing, 'both failed'))).toMatchObject({
      error: { message: closing.message },
      suppressed: { message: writing.message },
    });
  });

  it('does not lead to what another error hides under these names', () => {
    const error = Object.defineProperty(new Error('m'), 'error', { value: () => 1 });
    expect(JSON.stringify(encode(error, 'it'))).not.toContain('"error"');
  });
});
