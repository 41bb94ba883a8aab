/** What is stored in place of a snapshot, a base, or an archive: it is read, or it is refused in words. */
import { deflateRawSync } from 'node:zlib';
import { encodeArchive, readArchive } from '../../../lib/archive/archive.ts';
import { encode } from '../../../lib/codec/encode.ts';
import { LullError } from '../../../lib/core/errors.ts';
import type { Encoded } from '../../../lib/core/encoded.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from '../../../lib/engine/snapshot.ts';
import { expectLanguageIntact, expectThat, type FuzzTarget, readJson } from '../target.ts';

const started = { kind: 'started', atMs: 1, version: 'v1', seed: 's' } as unknown as Snapshot['started'];
const snapshot: Snapshot = {
  ...{ code: 'c v1', ownCode: 'form1.x', link: 1, record: 3, nonce: 'n', started, messageIds: ['m'] },
  ...{ openChildren: [['r', 'cancel']], streams: {}, events: 4, bytes: 50, run: Buffer.from('[1,[0]]') },
};
const records = [{ number: 1, epoch: 1, nonce: 'n', entries: [started] }];
const packed = (text: string): string => deflateRawSync(text).toString('base64');

const seeds = [
  encodeSnapshot(snapshot),
  encodeArchive({ records }),
  encodeArchive({ before: 'frames-journal-1', records }),
  encode([1, null, packed('[null,{"number":"1"}]')], 'an archive'),
  encode([1, 5, packed('{}')], 'an archive'),
];

const kept: FuzzTarget = {
  seeds: seeds.map((seed) => JSON.stringify(seed)),
  async run(input) {
    const value = (readJson(input)?.value ?? input.toString()) as Encoded;
    const read = decodeSnapshot(value);
    if (read.kind === 'refused') expectThat(read.reason.length < 2_000, `the reason is long: ${read.reason}`);
    try {
      const archive = await readArchive({ readValue: () => Promise.resolve(value) }, 'run', 'key');
      expectThat(
        archive.records.every(({ entries }) => Array.isArray(entries)),
        'a record has no entries',
      );
    } catch (error) {
      if (!(error instanceof LullError)) throw error;
    }
    expectLanguageIntact();
  },
};

export default kept;
