import { describe, expect, it, test } from 'vitest';
import type { CallbackClaims } from '../../lib/core/callback.ts';
import { isGenuine, readToken, signCallback } from '../../lib/token/callback-token.ts';

const claims: CallbackClaims = { runId: 'r1', link: 1, id: 3, name: 'größe/"x"', expiresAtMs: 12, hasSchema: true };
const token = signCallback(claims, 'seed');

describe('a token', () => {
  it('says what it was made of, and is genuine under the seed of its run', () => {
    expect(readToken(token)).toMatchObject({ claims });
    expect(isGenuine(readToken(token)!, 'seed')).toBe(true);
    expect(readToken(signCallback({ ...claims, expiresAtMs: undefined }, 'seed'))!.claims.expiresAtMs).toBeUndefined();
  });

  it('can stand in a URL as it is', () => {
    expect(token).toMatch(/^[\w-]+\.[\w-]{43}$/);
  });

  it('is not genuine under another seed, as that of another stage or of an earlier run of the id', () => {
    expect(isGenuine(readToken(token)!, 'another seed')).toBe(false);
  });

  it('is not genuine with the proof of another run', () => {
    const [, proof] = signCallback({ ...claims, runId: 'r2' }, 'seed').split('.');
    expect(isGenuine(readToken(`${token.split('.')[0]}.${proof}`)!, 'seed')).toBe(false);
  });
});

test('of a token that was changed at any one character none is genuine', () => {
  for (let at = 0; at < token.length; at += 1) {
    for (const other of ['A', 'B', '-', '.']) {
      if (token[at] === other) continue;
      const read = readToken(token.slice(0, at) + other + token.slice(at + 1));
      expect(read !== undefined && isGenuine(read, 'seed'), `character ${at} as ${other}`).toBe(false);
    }
  }
});

test.each([
  undefined,
  7,
  '',
  '.',
  'a.b',
  `${token}.x`,
  ` ${token}`,
  'x'.repeat(5_000),
  ...[
    [],
    [2, 'r', 1, 1, 'n', 0, 0],
    [1, 'a b', 1, 1, 'n', 0, 0],
    [1, 'r', 0, 1, 'n', 0, 0],
    [1, 'r', 1, '1', 'n', 0, 0],
  ].map((parts) => `${Buffer.from(JSON.stringify(parts)).toString('base64url')}.x`),
])('%j is no token', (text) => {
  expect(readToken(text)).toBeUndefined();
});
