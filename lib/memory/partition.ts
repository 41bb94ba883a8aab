import { ANSWER_KEY_PREFIX, type Message } from '../ports/message.ts';
import { SNAPSHOT_KEY_PREFIX } from '../ports/run-item.ts';
import { lastPlaceOf, type StreamValues } from '../ports/stream-values.ts';
import { fromItemText } from './item-text.ts';
import { refersTo, type RunState } from './run-state.ts';

/** More than one page is what a reader has to expect. */
const STREAM_PAGE_PARTS = 20;

/** All items of one run. Values, messages and records are there with or without a run, as in the table. */
export class Partition {
  state: RunState | undefined;
  readonly values = new Map<string, string>();
  readonly messages = new Map<string, string>();
  /** Of messages with an idempotency key that are in the journal. */
  readonly receivedDigests = new Map<string, string>();
  /** Of updates. */
  readonly answers = new Map<string, string>();
  /** The epochs that have claimed updates. */
  readonly claims = new Map<string, number>();
  /** By link, then by number. */
  readonly records = new Map<number, Map<number, string>>();

  /** By name, then by the place of the last value: what was written together. */
  readonly streams = new Map<string, Map<number, string>>();

  recordsOf(link: number): Map<number, string> {
    const records = this.records.get(link) ?? new Map<number, string>();
    this.records.set(link, records);
    return records;
  }

  /** What has places from there on, as a request gives it. */
  readStream(name: string, from: number): StreamValues[] {
    const parts = [...(this.streams.get(name) ?? [])].filter(([last]) => last >= from).sort(([a], [b]) => a - b);
    return parts.slice(0, STREAM_PAGE_PARTS).map(([, text]) => fromItemText<StreamValues>(text));
  }

  addToStream(written: StreamValues): void {
    const there = this.streams.get(written.name) ?? new Map<number, string>();
    this.streams.set(written.name, there);
    there.set(lastPlaceOf(written), JSON.stringify(written));
  }
}

/** Keys of values that may be of a start on its way. */
export function strangersOf({ state, values }: Partition): string[] {
  return [...values.keys()].filter((key) => !refersTo(state, key) && !isOfWorkers(key));
}

/** Written by workers of the run. */
function isOfWorkers(key: string): boolean {
  return key.startsWith(ANSWER_KEY_PREFIX) || key.startsWith(SNAPSHOT_KEY_PREFIX);
}

/** A run that was deleted is as one that is not there. */
export function shown(state: RunState | undefined): RunState | undefined {
  return state?.isDeleted ? undefined : state;
}

export function digestOf(messageText: string): string | undefined {
  return fromItemText<Message>(messageText).digest;
}
