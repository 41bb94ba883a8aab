import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../../lib/codec/encode.ts';
import type { Encoded } from '../../lib/core/encoded.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from '../../lib/engine/snapshot.ts';

const SNAPSHOT: Snapshot = {
  ...{ code: '12-abc v1', ownCode: 'lull', link: 1, record: 7, nonce: 'n7', events: 20, bytes: 900 },
  started: { kind: 'started', atMs: 5, version: 'v1', seed: 'AAAAAAAAAAAAAAAAAAAAAA' },
  messageIds: ['m1', 'm2'],
  openChildren: [['run-2', 'cancel']],
  streams: { tokens: { entries: 2, bytes: 9 } },
  run: Buffer.from('[1,[0],["o"]]'),
};

describe('a snapshot', () => {
  it('is read as it was stored', () => {
    const read = decodeSnapshot(encodeSnapshot(SNAPSHOT));
    expect(read).toMatchObject({ kind: 'read' });
    const { run, ...head } = (read as Extract<typeof read, { kind: 'read' }>).snapshot;
    expect({ ...head, run: Buffer.from(run) }).toEqual(SNAPSHOT);
  });

  it('is smaller than what it has, which repeats itself', () => {
    const run = Buffer.from(JSON.stringify(Array.from({ length: 1_000 }, () => ['sm', 'lull/core/future', 'state'])));
    const stored = encodeSnapshot({ ...SNAPSHOT, run });
    expect(JSON.stringify(stored).length).toBeLessThan(run.byteLength / 10);
  });

  /** As versions have written it: once in somebody's table, always read or refused. */
  it('of the second form is read today, and one of the first is refused', () => {
    const run = deflateRawSync(Buffer.from('[1,[0],["o"]]')).toString('base64');
    const { run: _run, ...head } = SNAPSHOT;
    expect(decodeSnapshot(JSON.stringify([2, head, run]))).toEqual({
      kind: 'read',
      snapshot: { ...head, run: Buffer.from('[1,[0],["o"]]') },
    });
    expect(decodeSnapshot(JSON.stringify([1, head, run]))).toMatchObject({ reason: 'its format is 1' });
  });

  const text = (...parts: unknown[]): Encoded => JSON.stringify(parts);
  const { run: _run, ...head } = SNAPSHOT;
  const run = deflateRawSync(Buffer.from('x')).toString('base64');
  const long = deflateRawSync(Buffer.from(JSON.stringify(SNAPSHOT).repeat(3))).toString('base64');
  it.each([
    ['nothing', null, /no snapshot/],
    ['an object', encode({ a: 1 }, 'it'), /no snapshot/],
    ['no JSON', 'x', /cannot be read/],
    ['a later form', text(3, head, run), /its format is 3/],
    ['no head', text(2, null, run), /something is missing/],
    ['no coroutines', text(2, head), /something is missing/],
    ['what is no deflated text', text(2, head, 'AAAA'), /cannot be read/],
    ['half of it', text(2, head, long.slice(0, long.length / 2)), /cannot be read/],
    ['a record that is no number', text(2, { ...head, record: '7' }, run), /something is missing/],
    ['a record below zero', text(2, { ...head, record: -1 }, run), /something is missing/],
    ['a name of passed code that is no text', text(2, { ...head, passed: 7 }, run), /something is missing/],
    ['no name of its lull', text(2, { ...head, ownCode: undefined }, run), /something is missing/],
    ['ids that are no texts', text(2, { ...head, messageIds: [1] }, run), /something is missing/],
    ['streams of which nothing is known', text(2, { ...head, streams: { tokens: {} } }, run), /something is missing/],
    ['children that are no pairs', text(2, { ...head, openChildren: ['a'] }, run), /something is missing/],
    ['another first entry', text(2, { ...head, started: { kind: 'retried' } }, run), /something is missing/],
    [
      'more than memory has',
      text(2, head, deflateRawSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64')),
      /cannot/,
    ],
  ] as [string, Encoded, RegExp][])('is refused if it is %s', (_what, encoded, reason) => {
    expect(decodeSnapshot(encoded)).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) as string });
  });

  it('is read or refused, whatever was changed in it', () => {
    const stored = encodeSnapshot(SNAPSHOT) as string;
    fc.assert(
      fc.property(fc.nat(stored.length - 1), fc.string({ maxLength: 4 }), fc.nat(8), (at, put, cut) => {
        const changed = stored.slice(0, at) + put + stored.slice(at + cut);
        expect(['read', 'refused']).toContain(decodeSnapshot(changed).kind);
      }),
      { numRuns: 500 },
    );
  });
});
