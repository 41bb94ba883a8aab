/** The engine as one construct: the table, the queue of wakes, the functions, and the API in front of them. */
import { Annotations, type Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Schedule } from 'aws-cdk-lib/aws-scheduler';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { MetricName as WorkflowMetricName } from '../lib/lambda/metric-names.ts';
import { checkProps } from './check-props.ts';
import { DeploymentError } from './deployment-error.ts';
import { engineMetric, engineNameOf, type WorkflowMetricOptions } from './engine-metrics.ts';
import {
  combine,
  grantEvents,
  grantOperations,
  grantTransactions,
  grantWake,
  MANAGE_OPERATIONS,
  OPERATIONS,
  type TransactionTable,
} from './grants.ts';
import { createHttpApi, grantInvokeApi, publicUrlOf } from './http-api.ts';
import { createSweeper, shortestLease, SWEEP_INTERVAL } from './sweeper.ts';
import { createWakeQueues } from './wake-queue.ts';
import { createWorker, leaseDurationOf, WORKER_TIMEOUT } from './worker.ts';
import type { WorkflowEngineProps } from './workflow-engine-props.ts';
import { readWorkflowEntry } from './workflow-entry.ts';
import { payloadKeyEnvironment, type EngineParts } from './workflow-function.ts';
import { checkEventStart, EventStartTarget, type WorkflowEventStartOptions } from './workflow-event-start.ts';
import { checkSchedule, ScheduleTarget, type WorkflowScheduleOptions } from './workflow-schedule.ts';
import { checkTable, WorkflowTable } from './workflow-table.ts';

/**
 * Durable workflows in your own account: every workflow that `entry` exports, behind an HTTP API. Nothing has a name of
 * its own, so there may be several in an app, and each resource inside can be reached and changed.
 *
 * Without work it costs about 33 cents a month, however many runs sleep: see `sweepInterval`. An entry that is not
 * there, does not build or exports no workflow is a DeploymentError at synth.
 *
 * @example
 * ```ts no-run
 * import { App, Stack } from 'aws-cdk-lib';
 * import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
 *
 * const stack = new Stack(new App(), 'Shop');
 * const engine = new WorkflowEngine(stack, 'Workflows', { entry: 'workflows/index.ts' });
 * engine.addSchedule('nightly', { workflow: 'report', schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }) });
 * ```
 */
export class WorkflowEngine extends Construct {
  /** All that runs know. */
  readonly table: ITable;
  /** What is too large for the table; undefined if there is no bucket. */
  readonly payloadBucket: IBucket | undefined;
  /** Encrypts what runs are given and give; undefined if the table's own encryption is all there is. */
  readonly payloadKey: IKey | undefined;
  /** The queue of wakes. */
  readonly queue: Queue;
  /** Wakes that were received too often, and schedules and events that could start nothing. */
  readonly deadLetterQueue: Queue;
  /** Takes the runs' turns: their steps may do what it may. */
  readonly worker: NodejsFunction;
  /** Behind the HTTP API. */
  readonly apiFunction: NodejsFunction;
  /** Looks each minute for runs that are due and that no worker runs. */
  readonly sweeper: NodejsFunction;
  /** Calls the sweeper. */
  readonly sweeperRule: Rule;
  /** The HTTP API. Its stage is `$default`. */
  readonly api: HttpApi;
  /** Of the HTTP API, without a slash at its end. */
  readonly url: string;
  /** How often the sweeper runs. */
  readonly sweepInterval: Duration;
  /** Names of the workflows, in order; undefined where nothing is built (`cdk list`, `cdk destroy`). */
  readonly workflows: readonly string[] | undefined;
  /** Whether runs are stored where they wait (`frames`). */
  readonly hasFrames: boolean;
  /** The engine's name in its metrics, such as `Shop/Workflows`; undefined if it writes none. */
  readonly engineName: string | undefined;
  readonly #parts: EngineParts;
  #scheduleTarget: ScheduleTarget | undefined;
  #eventStartTarget: EventStartTarget | undefined;

  constructor(scope: Construct, id: string, props: WorkflowEngineProps) {
    super(scope, id);
    const { entry, encryptionKey, bundling = {}, workerOptions = {}, maxReceiveCount = 5 } = props;
    const engine = `WorkflowEngine ${this.node.path}`;
    checkProps(engine, props);
    const environment = workerOptions.environment ?? {};
    const { file, code } = readWorkflowEntry(this, entry, { engine, environment, bundling });
    this.workflows = code?.names;
    this.hasFrames = props.frames ?? false;
    this.sweepInterval = props.sweepInterval ?? SWEEP_INTERVAL;
    this.#warnOfShortLease(props);

    if (props.table) checkTable(engine, props.table);
    // To the compiler a table without a key is none, where a key may be undefined.
    this.table = (props.table ?? new WorkflowTable(this, 'Table', props)) as ITable;
    this.payloadBucket =
      this.table instanceof WorkflowTable ? this.table.payloadBucket : props.payloadBucket || undefined;
    const workerTimeout = workerOptions.timeout ?? WORKER_TIMEOUT;
    const queues = createWakeQueues(this, { workerTimeout, maxReceiveCount, encryptionKey });
    this.queue = queues.queue;
    this.deadLetterQueue = queues.deadLetterQueue;
    this.engineName = props.metrics === false ? undefined : engineNameOf(this);
    const { table, payloadBucket, engineName } = this;
    this.payloadKey = props.payloadKey;
    const { formerPayloadKeys, formerTableNames } = props;
    const payloadKeys = { payloadKey: props.payloadKey, formerPayloadKeys, formerTableNames };
    this.#parts = { props, entryFile: file, table, payloadBucket, ...payloadKeys, ...queues, engineName };
    const version = props.version ?? code?.version;
    this.worker = createWorker(this, this.#parts, version);
    const { sweeper, sweeperRule } = createSweeper(this, this.#parts, { version, worker: this.worker });
    this.sweeper = sweeper;
    this.sweeperRule = sweeperRule;
    const { api, apiFunction } = createHttpApi(this, this.#parts, version);
    this.api = api;
    this.apiFunction = apiFunction;
    this.url = api.apiEndpoint;
    const publicUrl = publicUrlOf(props, api);
    for (const taker of this.#turnTakers()) {
      if (publicUrl !== undefined) taker.addEnvironment('LULL_PUBLIC_URL', publicUrl);
      if (props.events) grantEvents(taker, props.events, engineNameOf(this));
    }
  }

  /** What a function needs to make a `Client` of `lull/client`, as its environment: it also needs a grant. */
  get clientEnvironment(): Record<string, string> {
    return {
      LULL_TABLE_NAME: this.table.tableName,
      ...(this.payloadBucket ? { LULL_BUCKET_NAME: this.payloadBucket.bucketName } : {}),
      LULL_QUEUE_URL: this.queue.queueUrl,
      ...payloadKeyEnvironment(this.#parts),
    };
  }

  /** The function that schedules call; undefined as long as there is none. */
  get scheduleFunction(): NodejsFunction | undefined {
    return this.#scheduleTarget?.handler;
  }

  /** The function that the rules of event starts call; undefined as long as there is none. */
  get eventStartFunction(): NodejsFunction | undefined {
    return this.#eventStartTarget?.handler;
  }

  /** Lets someone start runs through `lull/client`. To wait for results it also needs `grantRead`. */
  grantStart(grantee: IGrantable): Grant {
    return this.#grant(grantee, OPERATIONS.start);
  }

  /**
   * Lets someone send signals through `lull/client`. Cancel and terminate are messages too, and the table cannot tell
   * them apart: a caller that should only send signals gets access to the HTTP API instead.
   */
  grantSignal(grantee: IGrantable): Grant {
    return this.#grant(grantee, OPERATIONS.signal);
  }

  /** Lets someone read runs, their results and histories, and list them, through `lull/client`. */
  grantRead(grantee: IGrantable): Grant {
    return grantOperations(this.#parts, grantee, OPERATIONS.read);
  }

  /** Lets someone do all that `lull/client` can: start, signal, cancel, terminate, retry, fork, read. */
  grantManage(grantee: IGrantable): Grant {
    return this.#grant(grantee, MANAGE_OPERATIONS);
  }

  /**
   * Lets `transaction` in workflows write to a table of yours: put, update, delete and check items. It has to be in the
   * engine's region and account. Steps that read it need `table.grantReadData(engine.worker)` besides.
   */
  grantTransactions(table: TransactionTable): Grant {
    return combine(this.#turnTakers().map((taker) => grantTransactions(table, taker)));
  }

  /** Lets someone call the HTTP API, where it asks for signed requests, as it does by default. */
  grantInvokeApi(grantee: IGrantable): Grant {
    return grantInvokeApi(this.api, grantee);
  }

  /**
   * A metric of the engine's own, such as `engine.metric('RunsFailed', { workflow: 'checkout' })`: counts as sums, times
   * as their maximum, of 5 minutes. Where `metrics` is false it is a DeploymentError.
   */
  metric(name: WorkflowMetricName, options?: WorkflowMetricOptions): Metric {
    if (this.engineName === undefined) {
      throw new DeploymentError(
        'INVALID_ARGUMENT',
        `WorkflowEngine ${this.node.path} has no metric ${name}: its metrics are false`,
      );
    }
    return engineMetric(this.engineName, name, options);
  }

  /**
   * Starts runs of a workflow by a schedule. Each run's id is the schedule's name and its time, such as
   * `nightly:2026-11-22T03:00:00Z`. A workflow that the entry does not export is a DeploymentError, and so is an input
   * that JSON cannot hold.
   */
  addSchedule(name: string, options: WorkflowScheduleOptions): Schedule {
    const engine = `WorkflowEngine ${this.node.path}`;
    checkSchedule(engine, name, options.workflow, this.workflows);
    this.#scheduleTarget ??= new ScheduleTarget(this, 'Schedules', this.#parts);
    return this.#scheduleTarget.add(name, options, `${engine}: schedule "${name}"`);
  }

  /**
   * Starts a run of a workflow for each event that matches, with the event as its input. Each run's id is the name of the
   * event start and the event's id, so that an event that is delivered twice starts one run. An event whose run cannot be
   * started, as when the workflow's schema refuses it, goes to the dead-letter queue. A workflow that the entry does not
   * export is a DeploymentError.
   *
   * @example
   * ```ts no-run
   * import { App, Stack } from 'aws-cdk-lib';
   *
   * const engine = new WorkflowEngine(new Stack(new App(), 'Shop'), 'Workflows', { entry: 'workflows/index.ts' });
   * engine.addEventStart('uploads', {
   *   eventPattern: { source: ['aws.s3'], detailType: ['Object Created'] },
   *   workflow: 'thumbnails',
   * });
   * ```
   */
  addEventStart(id: string, options: WorkflowEventStartOptions): Rule {
    checkEventStart(`WorkflowEngine ${this.node.path}`, id, options, this.workflows);
    this.#eventStartTarget ??= new EventStartTarget(this, 'EventStarts', this.#parts);
    return this.#eventStartTarget.add(id, options);
  }

  /** The functions that run the code of workflows. */
  #turnTakers(): NodejsFunction[] {
    return this.#parts.props.firstTurnInApi === true ? [this.worker, this.apiFunction] : [this.worker];
  }

  #grant(grantee: IGrantable, operations: Parameters<typeof grantOperations>[2]): Grant {
    return combine([grantOperations(this.#parts, grantee, operations), grantWake(this.queue, grantee)]);
  }

  #warnOfShortLease(props: WorkflowEngineProps): void {
    const lease = leaseDurationOf(props);
    const shortest = shortestLease(this.sweepInterval);
    if (lease.toMilliseconds() >= shortest.toMilliseconds()) return;
    Annotations.of(this).addWarningV2(
      'lull:shortLease',
      `leaseDuration is ${lease.toHumanString()}: the run of a worker that died waits for the next sweep all the same, ` +
        `so up to ${lease.plus(shortest).toHumanString()}, which is more than two leases. The shortest that fits the ` +
        `sweep interval is ${shortest.toHumanString()}`,
    );
  }
}
