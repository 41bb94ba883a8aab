// I10: a run that is stored as a whole has one limit: what is written can be read.
import { expect } from 'vitest';
import { MAX_RUN_BYTES } from '../../lib/core/stored-run-limit.ts';
import { decodeSnapshot, encodeSnapshot } from '../../lib/engine/snapshot.ts';
import { loadGraph } from '../../lib/frames/graph/load-graph.ts';
import { storeGraph } from '../../lib/frames/graph/store-graph.ts';
import { limit } from './limit-cases.ts';

const head = {
  ...{
    code: 'c',
    ownCode: 'lull',
    link: 1,
    record: 1,
    nonce: 'n',
    events: 1,
    bytes: 1,
    messageIds: [],
    openChildren: [],
    streams: {},
  },
  started: { kind: 'started' as const, atMs: 0, version: 'v' },
};

/** Stored, written as a snapshot, read, and made again; or why it is not stored. */
function wayOf(bytes: number): string {
  const value = 'x'.repeat(bytes - '[1,""]'.length);
  const stored = storeGraph(value);
  if (stored.kind === 'refused') return stored.reason;
  expect(stored.bytes.byteLength).toBe(bytes);
  const read = decodeSnapshot(encodeSnapshot({ ...head, run: stored.bytes }));
  if (read.kind === 'refused') return `read: ${read.reason}`;
  const loaded = loadGraph(read.snapshot.run);
  return loaded.kind === 'loaded' && loaded.value === value ? 'made again' : 'not made again';
}

limit('MAX_RUN_BYTES', {
  under: () => expect(wayOf(MAX_RUN_BYTES - 1)).toBe('made again'),
  at: () => expect(wayOf(MAX_RUN_BYTES)).toBe('made again'),
  over: () => expect(wayOf(MAX_RUN_BYTES + 1)).toBe('it has 33554433 bytes: 33554432 are allowed'),
});
