/**
 * The event bus, as EventBridge has them: it takes the entries of a request one by one, refuses some of them for now, and may
 * be away for a while. It takes whatever comes, as often as it comes.
 */
import type { LifecycleDetail, PutEventsEntry } from '../../../lib/lambda/event-bridge-entry.ts';
import type { PutEvents } from '../../../lib/lambda/event-bridge-bus.ts';
import type { Faults } from './faults.ts';
import type { Timeline } from './timeline.ts';
import type { BusWeather } from './weather.ts';

/** An event that the bus has taken. */
export interface HeardEvent {
  /** The bus's own: each that it takes has another one. */
  readonly eventId: string;
  readonly detailType: string;
  readonly detail: LifecycleDetail;
}

export interface EventBusOptions {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly weather: BusWeather;
  readonly startMs: number;
  readonly onHeard: (event: HeardEvent) => void;
}

export class SimulatedEventBus {
  readonly #options: EventBusOptions;
  readonly #heard = new Map<string, HeardEvent[]>();
  #count = 0;
  #awayUntilMs = -Infinity;

  constructor(options: EventBusOptions) {
    this.#options = options;
    const { timeline, faults, weather, startMs } = options;
    weather.away.forEach(({ atMs, forMs }, index) => {
      timeline.at(startMs + atMs, () => {
        if (!faults.areOver && faults.incident('bus-away', `bus-away #${index + 1}`)) {
          this.#awayUntilMs = timeline.nowMs + forMs;
        }
      });
    });
  }

  /** What it has taken about runs of that id, in order. */
  heardOf(runId: string): readonly HeardEvent[] {
    return this.#heard.get(runId) ?? [];
  }

  readonly put: PutEvents = async ({ Entries }) => {
    const { timeline, faults } = this.#options;
    if (!faults.areOver && timeline.nowMs < this.#awayUntilMs) throw new Error('the bus is away');
    const results = Entries.map((entry) => this.#take(entry));
    return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries: results };
  };

  #take({ DetailType: detailType, Detail }: PutEventsEntry): { readonly ErrorCode?: string } {
    const { faults, weather, onHeard } = this.#options;
    const detail = JSON.parse(Detail) as LifecycleDetail;
    const occasion = faults.occasion(`entry ${detail.id}`);
    const isRefused = !faults.areOver && faults.roll(occasion, 'refused') < weather.refuses;
    if (isRefused && faults.incident('entry-refused', `entry-refused at ${occasion.what} #${occasion.count}`)) {
      return { ErrorCode: 'ThrottlingException' };
    }
    this.#count += 1;
    const event: HeardEvent = { eventId: `event-${this.#count}`, detailType, detail };
    this.#heard.set(detail.runId, [...this.heardOf(detail.runId), event]);
    onHeard(event);
    return {};
  }
}
