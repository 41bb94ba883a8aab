/**
 * What a run's journal has since the last look: the attempts of its steps that failed, each with its error. The same error
 * of the same step is shown once, and not at each retry.
 */
import { decode } from '../codec/decode.ts';
import type { Encoded } from '../core/encoded.ts';
import { isRecordedCommand, type CommandId, type JournalEntry } from '../journal/event.ts';
import { readableEntries } from '../journal/find-damage.ts';
import type { RunItem } from '../ports/run-item.ts';
import type { Store } from '../ports/store.ts';
import type { CloudEvent } from './cloud-event.ts';
import { describeFailure } from './describe-failure.ts';

type StepEvent = Extract<CloudEvent, { kind: 'attempt-failed' | 'step-failed' }>;

/** So many records are read together. */
const PAGE = 50;

export class RunTail {
  readonly #store: Pick<Store, 'loadRecords'>;
  /** What happened before is not reported: it was another day's, or before the run was tried again. */
  readonly #sinceMs: number;
  #link = 1;
  /** The last record to which no entry will be added. */
  #record = 0;
  /** So many entries of the next one were there at the last look. */
  #seenOfNext = 0;
  /** Of commands that have not completed: a step that failed goes on when its run is tried again. */
  readonly #names = new Map<CommandId, string>();
  /** The error of a step that was shown last. */
  readonly #shown = new Map<CommandId, string>();
  #lastAskedFor: string | undefined;

  constructor(store: Pick<Store, 'loadRecords'>, sinceMs: number) {
    this.#store = store;
    this.#sinceMs = sinceMs;
  }

  get link(): number {
    return this.#link;
  }

  /** What the code has asked for last, as in `step "charge" (#3)`. */
  get lastAskedFor(): string | undefined {
    return this.#lastAskedFor;
  }

  async look({ runId, workflow, link = 1 }: Pick<RunItem, 'runId' | 'workflow' | 'link'>): Promise<StepEvent[]> {
    if (link !== this.#link) this.#begin(link);
    const events: StepEvent[] = [];
    for (;;) {
      const records = await this.#store.loadRecords(runId, this.#record, PAGE, link);
      for (const record of records) {
        const entries = readableEntries([record]);
        for (const entry of entries.slice(this.#seenOfNext)) events.push(...this.#read(entry, { runId, workflow }));
        this.#record = record.isTail === true ? record.number - 1 : record.number;
        this.#seenOfNext = record.isTail === true ? entries.length : 0;
      }
      if (records.length < PAGE) return events;
    }
  }

  #begin(link: number): void {
    this.#link = link;
    this.#record = 0;
    this.#seenOfNext = 0;
    this.#names.clear();
    this.#shown.clear();
  }

  #read(entry: JournalEntry, run: { readonly runId: string; readonly workflow: string }): StepEvent[] {
    if (isRecordedCommand(entry)) {
      this.#names.set(entry.id, entry.name);
      this.#lastAskedFor = `${entry.kind} "${entry.name}" (#${entry.id})`;
      return [];
    }
    if (entry.kind !== 'step-retrying' && entry.kind !== 'step-failed') {
      if ('id' in entry && entry.kind.endsWith('-completed')) this.#forget(entry.id);
      return [];
    }
    const { id, atMs } = entry;
    const step = this.#names.get(id) ?? `#${id}`;
    const { error, cause } = describeStored(entry);
    const shown = this.#shown.get(id);
    if (entry.kind === 'step-failed') {
      this.#shown.delete(id);
      // It is caused by the error of the last attempt.
      const isNew = shown !== error.join('\n') && shown !== cause.join('\n');
      return atMs < this.#sinceMs ? [] : [{ kind: 'step-failed', ...run, step, error: isNew ? error : [] }];
    }
    const text = error.join('\n');
    const isNew = shown !== text;
    this.#shown.set(id, text);
    if (atMs < this.#sinceMs) return [];
    const { attempt, retryAtMs } = entry;
    return [
      {
        kind: 'attempt-failed',
        ...run,
        step,
        attempt,
        retryInMs: Math.max(0, retryAtMs - atMs),
        error: isNew ? error : [],
      },
    ];
  }

  #forget(id: CommandId): void {
    this.#names.delete(id);
    this.#shown.delete(id);
  }
}

interface Described {
  readonly error: string[];
  readonly cause: string[];
}

function describeStored({ error, sensitive }: { readonly error: Encoded; readonly sensitive?: true }): Described {
  if (sensitive === true) return inPlaceOfBoth('(the step is sensitive: its error is not shown)');
  try {
    const thrown = decode(error, { unregistered: 'plain' }) as { readonly cause?: unknown } | undefined;
    return { error: describeFailure(thrown), cause: describeFailure(thrown?.cause) };
  } catch {
    return inPlaceOfBoth('(its error cannot be read)');
  }
}

function inPlaceOfBoth(text: string): Described {
  return { error: [text], cause: [text] };
}
