/** The three functions of the cloud, always of one and the same code. */
import type { CodeBundle } from './entry/bundle-store.ts';
import { functionEnvironment } from './function-environment.ts';
import type { CloudEvent, ExportedWorkflow } from './cloud-event.ts';
import { FunctionPool } from './function-pool.ts';
import type { LocalServices } from './local-services.ts';

/** What API Gateway waits for an answer. */
const API_TIMEOUT_MS = 30_000;
const SWEEPER_TIMEOUT_MS = 30_000;
/** A request mostly waits for the table, or for a run's result: one process is enough for many. */
const REQUESTS_AT_A_TIME = 100;

export interface LocalFunctionsOptions {
  readonly workers: number;
  readonly workerTimeoutMs: number;
  readonly leaseMs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly report: (notice: CloudEvent) => void;
}

export class LocalFunctions {
  readonly worker: FunctionPool;
  readonly api: FunctionPool;
  readonly sweeper: FunctionPool;
  readonly #options: LocalFunctionsOptions;
  #workflows: readonly ExportedWorkflow[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: LocalFunctionsOptions) {
    const { workers, workerTimeoutMs, report } = options;
    const turns = { processes: workers, eventsPerProcess: 1, timeoutMs: workerTimeoutMs };
    const requests = { processes: 1, eventsPerProcess: REQUESTS_AT_A_TIME, timeoutMs: API_TIMEOUT_MS };
    const sweeps = { processes: 1, eventsPerProcess: 1, timeoutMs: SWEEPER_TIMEOUT_MS };
    this.worker = new FunctionPool({ name: 'worker', ...turns, report });
    this.api = new FunctionPool({ name: 'api', ...requests, report });
    this.sweeper = new FunctionPool({ name: 'sweeper', ...sweeps, report });
    this.#options = options;
  }

  /** Those in the newest code. */
  workflows(): readonly ExportedWorkflow[] {
    return this.#workflows;
  }

  /**
   * Exchanges the code of all functions, one exchange after the other. Rejects with an InvocationError if it cannot be
   * loaded; then the code before stays.
   */
  deploy(bundle: CodeBundle, services: LocalServices): Promise<void> {
    const exchange = this.#last.then(() => this.#exchange(bundle, services));
    this.#last = exchange.catch(() => undefined);
    return exchange;
  }

  /** Lets the processes end what they do, for `graceMs` at most. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all([this.worker, this.api, this.sweeper].map((pool) => pool.stop(graceMs)));
    await this.#last;
  }

  async #exchange(bundle: CodeBundle, services: LocalServices): Promise<void> {
    const { leaseMs, env } = this.#options;
    const { file, version } = bundle;
    const deployment = { file, env: functionEnvironment({ version, services, leaseMs, extra: env }) };
    // What it swept is no news where it sweeps each second.
    const quiet = { file, env: { LULL_LOG_LEVEL: 'warn', ...deployment.env } };
    // The first shows whether the code can be loaded at all.
    this.#workflows = await this.worker.deploy(deployment);
    await Promise.all([this.api.deploy(deployment), this.sweeper.deploy(quiet)]);
  }
}
