/**
 * What a run's code writes to streams, and how much is in them. It follows from the replay: what the bodies of steps have
 * written is counted when the code is at rest, by an event that is recorded (I4).
 *
 * Writes in a row to one stream are one entry of the journal, up to a size.
 */
import { jsonBytes } from '../core/attributes.ts';
import type { Encoded } from '../core/encoded.ts';
import type { StreamWrites } from '../core/loop.ts';
import type { RunLimits } from '../core/run-limits.ts';
import { addUse, checkRoom, NO_USE, type StreamsOfRun, type StreamUse, type StreamUses } from '../core/stream-uses.ts';
import type { CommandEntry } from '../journal/event.ts';
import { STREAM_VALUES, type WriteRequested } from '../journal/stream-entries.ts';
import { setUses } from '../journal/stream-uses.ts';

/** Of one entry. Never changed: a replay has to put the same values together. */
const MOST_BYTES = 64 * 1024;
const MOST_VALUES = 1_000;

/** Where an entry goes that the code led to. */
export interface IssuedEntries {
  readonly lastIssued: CommandEntry | undefined;
  issueWrite(write: WriteRequested, mode: 'add' | 'replace-last'): void;
}

export class WritesOfCode implements StreamWrites, StreamsOfRun {
  readonly #issued: IssuedEntries;
  readonly limits: RunLimits;
  readonly #uses = new Map<string, StreamUse>();

  constructor(issued: IssuedEntries, limits: RunLimits) {
    this.#issued = issued;
    this.limits = limits;
  }

  get uses(): ReadonlyMap<string, StreamUse> {
    return this.#uses;
  }

  /** Throws what keeps the value out. */
  write(name: string, value: Encoded): void {
    const bytes = jsonBytes(value) + 1;
    checkRoom(this, { name, bytes });
    this.written(name, { entries: 1, bytes });
    const last = this.#issued.lastIssued;
    if (last?.kind !== 'write' || last.name !== name || last.count >= MOST_VALUES || last.bytes + bytes > MOST_BYTES) {
      this.#issued.issueWrite({ kind: 'write', name, count: 1, bytes, [STREAM_VALUES]: [value] }, 'add');
      return;
    }
    const values = last[STREAM_VALUES] as Encoded[]; // made here
    values.push(value);
    const longer = { kind: 'write', name, count: last.count + 1, bytes: last.bytes + bytes } as const;
    this.#issued.issueWrite({ ...longer, [STREAM_VALUES]: values }, 'replace-last');
  }

  /** By the bodies of steps. */
  written(name: string, use: StreamUse): void {
    this.#uses.set(name, addUse(this.#uses.get(name) ?? NO_USE, use));
  }

  /** What is there now, whatever was counted before. */
  set(uses: StreamUses | undefined): void {
    setUses(this.#uses, uses);
  }
}
