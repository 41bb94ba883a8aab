/** The deployed worker's handler on a table that answers after a real turn of the event loop, as a real one does. */
import { createWorkerHandler } from '../../functions/create-worker-handler.ts';
import { Client } from '../../lib/client/client.ts';
import type { AnyWorkflow } from '../../lib/core/workflow.ts';
import { SystemClock } from '../../lib/memory/system-clock.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import { aroundStore } from '../../lib/testing/around-store.ts';
import { turnOfTheLoop } from '../../lib/testing/real-time.ts';
import { context, sqsEvent } from '../lambda/sample-events.ts';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export class WorkerUnderTest {
  readonly table = new MemoryStore();
  readonly lines: LogLine[] = [];
  readonly client: Client;
  readonly #workflows: readonly AnyWorkflow[];
  readonly #clock: Clock;
  #handler: ReturnType<typeof createWorkerHandler>;

  constructor(workflows: readonly AnyWorkflow[], clock: Clock = new SystemClock()) {
    this.#workflows = workflows;
    this.#clock = clock;
    this.client = new Client({ workflows, store: this.table, wakes: NO_QUEUE, clock });
    this.#handler = this.#cold(workflows);
  }

  /** One invocation with the wakes of these runs. */
  async invoke(runIds: readonly string[], remainingMs?: number): Promise<unknown> {
    return this.#handler(sqsEvent(...runIds.map((runId) => JSON.stringify({ runId }))), context(remainingMs));
  }

  /** The next invocation finds a new process. */
  replace(workflows = this.#workflows, environment: Readonly<Record<string, string>> = {}): void {
    this.#handler = this.#cold(workflows, environment);
  }

  #cold(workflows: readonly AnyWorkflow[], environment: Readonly<Record<string, string>> = {}) {
    return createWorkerHandler(workflows, {
      store: aroundStore(this.table, async (_call, go) => {
        await turnOfTheLoop();
        return go();
      }),
      wakes: NO_QUEUE,
      clock: this.#clock,
      environment: { LULL_TABLE_NAME: 'runs', LULL_QUEUE_URL: 'https://sqs.example/wakes', ...environment },
      writeLine: (line) => this.lines.push(JSON.parse(line) as LogLine),
    });
  }
}

const NO_QUEUE = { send: async () => undefined };
