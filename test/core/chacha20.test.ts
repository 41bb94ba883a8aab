import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ChaCha20 } from '../../lib/core/chacha20.ts';

/** So many words of the keystream, as bytes. */
function keystream(key: Uint8Array, words: number): string {
  const cipher = new ChaCha20(key);
  const bytes = Buffer.alloc(4 * words);
  for (let word = 0; word < words; word += 1) bytes.writeInt32LE(cipher.next32(), 4 * word);
  return bytes.toString('hex');
}

it('makes the keystream of RFC 8439, A.1, vectors 1 and 2', () => {
  expect(keystream(new Uint8Array(32), 32)).toBe(
    '76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586' +
      '9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f',
  );
});

it('makes the same keystream as OpenSSL, whatever the key', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.integer({ min: 1, max: 100 }), (key, words) => {
      const cipher = createCipheriv('chacha20', key, Buffer.alloc(16));
      expect(keystream(key, words)).toBe(cipher.update(Buffer.alloc(4 * words)).toString('hex'));
    }),
    { seed: 20_261_122, numRuns: 200 },
  );
});
