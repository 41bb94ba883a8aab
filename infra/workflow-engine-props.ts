/** The props of an engine. */
import type { Duration } from 'aws-cdk-lib';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { DeployedSettings } from '../lib/ports/deployed-settings.ts';
import type { WorkflowApiOptions } from './http-api.ts';
import type { WorkflowFunctionOptions } from './workflow-function.ts';
import type { WorkflowTableProps } from './workflow-table.ts';

/** Where third parties reach the routes of callbacks. */
export interface PublicCallbacks {
  /** Before `/callbacks/...`, such as `https://api.example.com`: without a slash at its end. */
  readonly url: string;
}

/** Props of a WorkflowEngine. Only `entry` must be given. Those of the table are for the one that the engine makes. */
export interface WorkflowEngineProps extends WorkflowTableProps {
  /**
   * The file that exports the workflows, TypeScript or JavaScript, relative to where `cdk` runs. It is built and loaded
   * at synth: its modules must do nothing when they are loaded.
   */
  readonly entry: string;
  /**
   * A table that is there: a WorkflowTable of another stack, or an imported one with the keys and indexes of one.
   *
   * @default - a new WorkflowTable
   */
  readonly table?: ITable | Table;
  /**
   * How long a worker may hold a run without a sign of life; it gives one after each third. A run whose worker died goes
   * on after what is left of the lease and the next sweep: with the default within 2 to 3 minutes, at the worst. That
   * is within two leases, as promised, if the lease is the sweep interval and 30 seconds; a shorter one is taken with
   * a warning. 1 second to 15 minutes.
   *
   * @default - `sweepInterval` and 30 seconds
   */
  readonly leaseDuration?: Duration;
  /**
   * Encrypts all that runs are given and give, before it is written: inputs, results, messages, errors, statuses. Names,
   * ids, times and attributes stay readable. A symmetric key; it may be the `encryptionKey`. The functions and those who
   * get a grant may use it, and who reads the table alone sees no value. Without it runs are held, until it is back.
   *
   * @default - values are encrypted as the table is
   */
  readonly payloadKey?: IKey;
  /**
   * Keys that were the `payloadKey` before: what they have encrypted can be read still, for as long as
   * they are named here.
   *
   * @default - none
   */
  readonly formerPayloadKeys?: readonly IKey[];
  /**
   * Names that the `table` had when values in it were encrypted: of one that was restored under another name.
   *
   * @default - none
   */
  readonly formerTableNames?: readonly string[];
  /**
   * Which code a run that is alive goes on with after a deployment.
   *
   * `latest`: the newest. It has to follow what the run has done; where it cannot, the run is `blocked` and
   * goes on with the next version that can. Use `patched` for changes to what runs do. A bug that is mended is mended
   * for all runs, and a run of months never needs a runtime that AWS has retired.
   *
   * `pinned`: the version that began it, of which Lambda keeps a copy. New runs begin with the newest; nothing that you
   * deploy can block a run, and nothing that you deploy mends one. Versions stay until you delete them; the runs of a
   * version that is gone go on with the newest. Each turn of an older version costs one invocation more.
   *
   * @default 'latest'
   */
  readonly versions?: 'latest' | 'pinned';
  /**
   * How often the sweeper looks for runs that are due and that no worker runs: timers further away than 15 minutes, lost wakes,
   * dead workers. So a long timer is late by so much, at most. Whole minutes.
   *
   * It is what an engine without work costs: at one minute 43,200 sweeps a month, each 16 queries of half a read unit
   * and about 100 ms of 256 MB, which comes to $0.07 a month before any free tier: reads 43,200 x 8 x $0.125 / 1M =
   * $0.043, compute 43,200 x 0.1 s x 0.25 GB x $0.0000133 = $0.014, requests 43,200 x $0.20 / 1M = $0.009. Lambda's
   * polling of the queue comes on top: 5 pollers x 3 requests a minute x $0.40 / 1M = $0.26.
   *
   * @default Duration.minutes(1)
   */
  readonly sweepInterval?: Duration;
  /**
   * Turns taken at the same time: invocations of the worker that the queue may lead to. 2 to 1000.
   *
   * @default - 100, or the worker's `reservedConcurrentExecutions` if that is less
   */
  readonly maxConcurrency?: number;
  /**
   * Wakes that one invocation takes at once. More cost less while steps wait for others; but a crash takes all turns of
   * its invocation with it, and counts as an interruption of their steps. 1 to 10.
   *
   * @default 1
   */
  readonly batchSize?: number;
  /**
   * Times that a wake is received before it is a dead letter. Its run is not lost: the sweeper wakes it again.
   *
   * @default 5
   */
  readonly maxReceiveCount?: number;
  /**
   * Whether runs are stored where they wait, as snapshots from which they go on without a replay of their journals
   * (experimental). The workflows are compiled for it when the app is synthesized: what frames.md says that workflow code
   * must not do is a DeploymentError with its place.
   *
   * @default false - each run is replayed
   */
  readonly frames?: boolean;
  /**
   * The engine's own limits, such as `{ maxTasks: 20_000 }`: see limits.md for their names and defaults. A name that there
   * is not, or a value out of its range, is an error at synth.
   *
   * @default - the defaults
   */
  readonly settings?: DeployedSettings;
  /**
   * Names the code, for `runInfo().version` and the history.
   *
   * @default - a digest of the workflows' code
   */
  readonly version?: string;
  /**
   * The least that the functions log.
   *
   * @default 'info'
   */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /**
   * Whether the functions write metrics of runs, turns and steps (namespace `lull`), as lines of their logs. About $0.40
   * for a million turns, and $0.30 a month for each metric while it is written; nothing while nothing happens. Without
   * them WorkflowAlarms cannot see blocked runs, the sweeper's lag and failed turns.
   *
   * @default true
   */
  readonly metrics?: boolean;
  /**
   * Whether all functions are traced by AWS X-Ray, and joined through the queue. Off, since it costs $5 for a million
   * traces, needs permissions on all resources (X-Ray knows no others), and turns of one run are separate traces to it
   * where they come of timers. Traces of whole runs are OpenTelemetry's: they need a layer in `workerOptions`, not this.
   *
   * @default false
   */
  readonly tracing?: boolean;
  /**
   * How long logs are kept, of the functions and of the API.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * Which callers the HTTP API lets in, and how often.
   *
   * @default - signed requests of those who have `grantInvokeApi`
   */
  readonly api?: WorkflowApiOptions;
  /**
   * Whether third parties may complete callbacks without AWS credentials: the API's three routes for it let in everybody
   * (the token is the permission), and `url` of a callback leads there. All other routes stay as they are. With a domain of
   * your own in front of the API, give its address.
   *
   * @default false - callbacks are completed as everything else, by callers that the API lets in; they have no `url`
   */
  readonly publicCallbacks?: boolean | PublicCallbacks;
  /**
   * The bus that gets events of runs that start, end, or are blocked: source `lull`, detail types such as `Run Completed`. The
   * worker may put events there. See events.md for what they have in them, and what they cost.
   *
   * @default - no events
   */
  readonly events?: IEventBus | EventBus;
  /**
   * The worker, which runs the workflows and their steps: memory (1024 MB), timeout (5 minutes: the longest that a step
   * may take), environment, VPC, reserved concurrency, and whatever else a NodejsFunction takes.
   *
   * @default - 1024 MB, 5 minutes
   */
  readonly workerOptions?: WorkflowFunctionOptions;
  /**
   * The function behind the HTTP API.
   *
   * @default - 512 MB, 29 seconds
   */
  readonly apiOptions?: WorkflowFunctionOptions;
  /**
   * The sweeper.
   *
   * @default - 256 MB, 1 minute
   */
  readonly sweeperOptions?: WorkflowFunctionOptions;
  /**
   * The function that schedules call: see `addSchedule`.
   *
   * @default - 256 MB, 30 seconds
   */
  readonly scheduleOptions?: WorkflowFunctionOptions;
  /**
   * Whether the function behind the HTTP API takes the first turns of the runs that it starts: their code and steps begin without
   * the queue, and a run that ends at once costs 2 write units in place of 8. A start is answered when its first turn is over, after
   * 10 s at most. For workflows whose first turn is short; what their steps may do is to be granted to `apiFunction` too. Not with
   * pinned versions.
   *
   * @default false - the worker takes all turns
   */
  readonly firstTurnInApi?: boolean;
  /**
   * The function that events call: see `addEventStart`.
   *
   * @default - 256 MB, 30 seconds
   */
  readonly eventStartOptions?: WorkflowFunctionOptions;
  /**
   * How all functions are built, on top of the defaults: ESM, minified with names kept, source maps, the runtime's own AWS
   * SDK.
   *
   * @default - the defaults
   */
  readonly bundling?: BundlingOptions;
}
