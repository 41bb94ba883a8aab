/**
 * Life-cycle events as entries of an EventBridge bus.
 *
 * Events of one process go in batches: while a request is on its way, the events that come meanwhile wait for the next one.
 * Entries that the bus refuses for now are sent again, a few times. When it does not answer, or refuses all the same,
 * nothing is sent for half a minute: the turns of this worker do not wait for a bus that is away.
 */
import { createJsonClient } from '../aws/json/json-client.ts';
import type { Logger } from '../core/logger.ts';
import type { EventBus, LifecycleEvent } from '../ports/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import { toEntry, type PutEventsEntry } from './event-bridge-entry.ts';

export interface EventBridgeBusOptions {
  /** Its name, or its ARN. */
  readonly bus: string;
  /** Names the engine in the events; undefined: they do not say. */
  readonly engine: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: lull's own, with the region, credentials and endpoint of the environment. */
  readonly putEvents?: PutEvents;
}

/** Sends a request of EventBridge's. Rejects as the AWS SDK does. */
export type PutEvents = (input: { readonly Entries: readonly PutEventsEntry[] }) => Promise<PutEventsOutput>;

interface PutEventsOutput {
  readonly FailedEntryCount?: number;
  readonly Entries?: readonly { readonly ErrorCode?: string; readonly ErrorMessage?: string }[];
}

/** Of one request, as EventBridge has them. */
const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;

/** How often an entry is sent, at most, as long as the bus says that another try is worth it. */
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 100;
const SILENCE_MS = 30_000;

interface Waiting {
  readonly entry: PutEventsEntry;
  readonly bytes: number;
  readonly runId: string;
  attempts: number;
  readonly answer: (isPut: boolean) => void;
}

export function createEventBridgeBus(options: EventBridgeBusOptions): EventBus {
  return new EventBridgeBus(options);
}

class EventBridgeBus implements EventBus {
  readonly #options: EventBridgeBusOptions;
  readonly #putEvents: PutEvents;
  /** In the order in which they are to be sent. */
  #waiting: Waiting[] = [];
  #isSending = false;
  #silentUntilMs = -Infinity;

  constructor(options: EventBridgeBusOptions) {
    this.#options = options;
    this.#putEvents = options.putEvents ?? createSender();
  }

  put(event: LifecycleEvent): Promise<boolean> {
    if (this.#options.clock.nowMs() < this.#silentUntilMs) return Promise.resolve(false);
    const { entry, bytes } = toEntry(event, this.#options);
    return new Promise((answer) => {
      this.#waiting.push({ entry, bytes, runId: event.run.runId, attempts: 0, answer });
      if (!this.#isSending) void this.#sendAll();
    });
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting.length > 0) {
      const again = await this.#send(this.#takeBatch());
      if (again.length === 0) continue;
      await pause(this.#options.clock, FIRST_PAUSE_MS * 2 ** Math.max(...again.map(({ attempts }) => attempts - 1)));
      this.#waiting = [...again, ...this.#waiting];
    }
    this.#isSending = false;
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const each of this.#waiting.slice(0, MOST_ENTRIES)) {
      bytes += each.bytes;
      if (count > 0 && bytes > MOST_BYTES) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** Gives those that are to be sent again. */
  async #send(batch: readonly Waiting[]): Promise<Waiting[]> {
    let output: PutEventsOutput;
    try {
      output = await this.#putEvents({ Entries: batch.map(({ entry }) => entry) });
    } catch (error) {
      this.#beSilent({ error }, batch);
      return [];
    }
    const again: Waiting[] = [];
    const throttled: Waiting[] = [];
    for (const [index, each] of batch.entries()) {
      const { ErrorCode: code, ErrorMessage: message } = output.Entries?.[index] ?? {};
      each.attempts += 1;
      if (code === undefined) each.answer(true);
      else if (!WORTH_ANOTHER_TRY.has(code)) this.#refuse(each, { code, message });
      else if (each.attempts < ATTEMPTS) again.push(each);
      else throttled.push(each);
    }
    if (throttled.length === 0) return again;
    this.#beSilent({ code: 'it refuses entries for now, again and again' }, [...throttled, ...again]);
    return [];
  }

  #refuse({ runId, answer, entry }: Waiting, why: { code: string; message: string | undefined }): void {
    const { bus, log } = this.#options;
    log.error('the event bus refuses a life-cycle event', { runId, bus, event: entry.DetailType, ...why });
    answer(false);
  }

  /** What waits is answered at once. Ends of runs are put again later, since the table says that they are to be. */
  #beSilent(why: object, batch: readonly Waiting[]): void {
    const { bus, clock, log } = this.#options;
    this.#silentUntilMs = clock.nowMs() + SILENCE_MS;
    const all = [...batch, ...this.#waiting.splice(0)];
    log.warn('the event bus takes no life-cycle events; ends of runs are put again later', {
      ...{ bus, events: all.length, silentForMs: SILENCE_MS },
      ...why,
    });
    for (const { answer } of all) answer(false);
  }
}

const WORTH_ANOTHER_TRY: ReadonlySet<string> = new Set(['InternalException', 'InternalFailure', 'ThrottlingException']);

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.callAt(clock.nowMs() + ms * (0.5 + Math.random() / 2), resolve));
}

/** Shorter limits than those of the table: a bus that hangs must not use up a turn. */
function createSender(): PutEvents {
  const client = createJsonClient({
    service: 'events',
    targetPrefix: 'AWSEvents',
    jsonVersion: '1.1',
    maxAttempts: 2,
    limits: { connectMs: 1_000, answerMs: 2_000 },
  });
  return async (input) => (await client.send<PutEventsOutput>('PutEvents', input)).output;
}
