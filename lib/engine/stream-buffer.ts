/**
 * What the bodies of a turn's steps have written to streams, and what is not recorded yet: so that a thousand tokens are not
 * a thousand writes. It is recorded by an event before anything else is delivered, and a while after the first of it at the
 * latest. So the end of a step is never in the journal before what its body wrote, and the code never runs while something
 * is here: what it may still write follows from the journal alone (I4).
 *
 * A crash loses what is here. Its step begins again then, and writes it again.
 *
 * Tested by: test/engine/streams.test.ts, test/engine/stream-crashes.test.ts
 */
import { encode, encodedBytes } from '../codec/encode.ts';
import type { Encoded } from '../core/encoded.ts';
import { DEFAULT_RUN_LIMITS } from '../core/run-limits.ts';
import { addUse, checkRoom, NO_USE, type StreamsOfRun, type StreamUse } from '../core/stream-uses.ts';
import { STREAM_VALUES, type StreamWritten } from '../journal/stream-entries.ts';
import type { Clock } from '../ports/clock.ts';

export interface StreamBufferOptions {
  readonly clock: Clock;
  readonly flushMs: number;
  /** There is so much that it is to be recorded now. */
  readonly onFull: () => void;
  /** What is there begins to wait: it is due at that time. */
  readonly onFirst: (dueAtMs: number) => void;
}

/** Values of one stream that are recorded by one entry. */
interface Part {
  readonly name: string;
  readonly values: Encoded[];
  bytes: number;
}

/** From here on it does not wait. */
const FULL_BYTES = 64 * 1024;
const PART_BYTES = 128 * 1024;

export class StreamBuffer {
  readonly #options: StreamBufferOptions;
  /** In the order in which they are to be recorded. */
  #parts: Part[] = [];
  /** By the name of the stream: the last part of it, while it has room. */
  readonly #open = new Map<string, Part>();
  /** What is here, by the name of the stream. */
  readonly #uses = new Map<string, StreamUse>();
  #bytes = 0;
  #dueAtMs = Infinity;
  /** As its journal has them. */
  #recorded: StreamsOfRun = { uses: new Map(), limits: DEFAULT_RUN_LIMITS };

  constructor(options: StreamBufferOptions) {
    this.#options = options;
  }

  /** When it is to be recorded at the latest; Infinity while it is empty. */
  get dueAtMs(): number {
    return this.#dueAtMs;
  }

  /** From here on these are the streams that values go to. */
  follow(recorded: StreamsOfRun): void {
    this.#recorded = recorded;
  }

  /** Throws what keeps the value out. */
  write(name: string, value: unknown): void {
    const encoded = encode(value, `a value for stream "${name}"`);
    const bytes = encodedBytes(encoded) + 1;
    checkRoom(this.#together(), { name, bytes });
    const part = this.#partFor(name, bytes);
    part.values.push(encoded);
    part.bytes += bytes;
    this.#count(name, { entries: 1, bytes });
    this.#noteWaiting();
  }

  /** What is to be recorded next; undefined when there is nothing. */
  take(): StreamWritten | undefined {
    const [part] = this.#parts;
    if (part === undefined) return undefined;
    const { name, values, bytes } = part;
    this.#parts = this.#parts.slice(1);
    if (this.#open.get(name) === part) this.#open.delete(name);
    if (this.#parts.length === 0) this.#dueAtMs = Infinity;
    this.#count(name, { entries: -values.length, bytes: -bytes });
    const atMs = this.#options.clock.nowMs();
    return { kind: 'stream-written', atMs, name, count: values.length, bytes, [STREAM_VALUES]: values };
  }

  #partFor(name: string, bytes: number): Part {
    const open = this.#open.get(name);
    if (open !== undefined && open.bytes + bytes <= PART_BYTES) return open;
    const part: Part = { name, values: [], bytes: 0 };
    this.#parts.push(part);
    this.#open.set(name, part);
    return part;
  }

  #noteWaiting(): void {
    const { clock, flushMs, onFirst, onFull } = this.#options;
    if (this.#dueAtMs === Infinity) onFirst((this.#dueAtMs = clock.nowMs() + flushMs));
    if (this.#bytes < FULL_BYTES) return;
    this.#dueAtMs = -Infinity;
    onFull();
  }

  #count(name: string, use: StreamUse): void {
    const { entries, bytes } = addUse(this.#uses.get(name) ?? NO_USE, use);
    if (entries === 0) this.#uses.delete(name);
    else this.#uses.set(name, { entries, bytes });
    this.#bytes += use.bytes;
  }

  /** What is recorded, and what is here. */
  #together(): StreamsOfRun {
    const { uses, limits } = this.#recorded;
    if (this.#uses.size === 0) return this.#recorded;
    const all = new Map(uses);
    for (const [name, use] of this.#uses) all.set(name, addUse(all.get(name) ?? NO_USE, use));
    return { uses: all, limits };
  }
}
