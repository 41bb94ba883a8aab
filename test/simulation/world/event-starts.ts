/**
 * The event starts: a rule of the bus calls a function for each event that it matches, at least once, and again when the
 * function has failed or died.
 */
import { startByEvent } from '../../../lib/client/start-by-event.ts';
import type { Logger } from '../../../lib/core/logger.ts';
import type { AnyWorkflow } from '../../../lib/core/workflow.ts';
import { createRegistry, type WorkflowRegistry } from '../../../lib/core/workflow-registry.ts';
import { PayloadKeyError, StoreUnavailableError } from '../../../lib/ports/world-errors.ts';
import { EVENT_START, FOLLOWED, FOLLOW_UP } from '../workloads/followed.ts';
import type { HeardEvent } from './event-bus.ts';
import type { Faults } from './faults.ts';
import type { Network } from './network.ts';
import { SimulatedProcess } from './simulated-process.ts';
import type { Timeline } from './timeline.ts';

export interface EventStartsOptions {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly network: Network;
  readonly log: Logger;
  readonly workflows: ReadonlyMap<string, AnyWorkflow>;
  readonly clockErrorMs: (process: string) => number;
  readonly onError: (error: unknown) => void;
}

const RETRY_PAUSE_MS = 60_000;
const MOST_LATE_MS = 5_000;
/** Of the events, so many are delivered twice. */
const REPEATED = 0.3;

export class EventStarts {
  readonly #options: EventStartsOptions;
  readonly #registry: WorkflowRegistry;
  #started = 0;

  constructor(options: EventStartsOptions) {
    this.#options = options;
    this.#registry = createRegistry([...options.workflows.values()]);
  }

  /** What the rule's pattern does not match is let go. */
  deliver(event: HeardEvent): void {
    const { timeline, faults } = this.#options;
    const { eventId, detailType, detail } = event;
    if (detailType !== 'Run Completed' || detail.workflow !== FOLLOWED) return;
    const occasion = faults.occasion(`delivery of ${eventId}`);
    const isRepeated = !faults.areOver && faults.roll(occasion, 'again') < REPEATED;
    timeline.after(faults.roll(occasion, 'late') * MOST_LATE_MS, () => this.#invoke(event));
    if (isRepeated && faults.incident('event-repeated', `event-repeated ${eventId}`)) {
      timeline.after(2 * MOST_LATE_MS, () => this.#invoke(event));
    }
  }

  #invoke(event: HeardEvent): void {
    const { timeline, network, log, clockErrorMs, onError } = this.#options;
    const { eventId: id, detailType, detail } = event;
    this.#started += 1;
    const name = `event-start-${this.#started}`;
    const process = new SimulatedProcess(name, timeline, clockErrorMs(name));
    let isOver = false;
    const failed = (): void => {
      if (isOver) return;
      isOver = true;
      timeline.after(RETRY_PAUSE_MS, () => this.#invoke(event));
    };
    process.onDeath(failed);
    const ports = {
      ...{ registry: this.#registry, clock: process.clock, log, callTimeoutMs: Infinity },
      ids: { runId: () => `${name}-run`, messageId: () => `${name}-message` },
      openStore: () => Promise.resolve(network.storeFor(process)),
      openWakes: () => Promise.resolve(network.wakesFor(process)),
    };
    const request = {
      ...{ start: EVENT_START, workflow: FOLLOW_UP, input: detail.runId },
      event: { id, source: 'lull', 'detail-type': detailType, detail },
    };
    startByEvent(ports, request).then(
      () => {
        isOver = true;
      },
      (error: unknown) => {
        // The payload key may be away: the function is called again, as with a table that is away.
        if (!(error instanceof StoreUnavailableError || error instanceof PayloadKeyError)) onError(error);
        failed();
      },
    );
  }
}
