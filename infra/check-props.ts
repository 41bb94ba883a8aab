/** Props that do not fit, alone or together, are errors at synth: a deployment would find out late, or never. */
import { Token, type Duration } from 'aws-cdk-lib';
import { describeValue } from '../lib/core/describe-value.ts';
import { findSettingProblems } from '../lib/ports/deployed-settings.ts';
import { BUCKET_LIMITS } from '../lib/ports/content-limits.ts';
import { DeploymentError } from './deployment-error.ts';
import { WorkflowTable } from './workflow-table.ts';
import { SWEEP_INTERVAL } from './sweeper.ts';
import { leaseDurationOf, maxConcurrencyOf } from './worker.ts';
import type { WorkflowEngineProps } from './workflow-engine-props.ts';

/** Raises a DeploymentError that names the construct and the prop. */
export function checkProps(engine: string, props: WorkflowEngineProps): void {
  const refuse = (problem: string): never => {
    throw new DeploymentError('INVALID_ARGUMENT', `${engine}: ${problem}`);
  };
  if (typeof props.entry !== 'string' || props.entry === '') refuse(`entry names the file that exports your workflows`);
  checkWhole('maxConcurrency', props.maxConcurrency, { from: 2, to: 1000 }, refuse);
  checkWhole('batchSize', props.batchSize, { from: 1, to: 10 }, refuse);
  checkWhole('maxReceiveCount', props.maxReceiveCount, { from: 1, to: 1000 }, refuse);
  for (const problem of findSettingProblems({ ...props.settings }, BUCKET_LIMITS)) refuse(`settings: ${problem}`);
  const versions: string = props.versions ?? 'latest';
  if (!['latest', 'pinned'].includes(versions)) {
    refuse(`versions is ${JSON.stringify(versions)}: give 'latest' or 'pinned'`);
  }

  if (props.firstTurnInApi === true && versions === 'pinned') {
    refuse(
      `firstTurnInApi is true, and versions is 'pinned': the API is no version of the worker, to which the runs that it begins ` +
        'could be pinned. Leave out one of them',
    );
  }

  checkFrames(props, refuse);

  const { publicCallbacks = false } = props;
  const { url } = { url: undefined, ...(typeof publicCallbacks === 'boolean' ? {} : publicCallbacks) };
  if (
    typeof publicCallbacks !== 'boolean' &&
    !Token.isUnresolved(url) &&
    !/^https:\/\/[^\s]*[^\s/]$/.test(String(url))
  ) {
    refuse(
      `publicCallbacks has the url ${JSON.stringify(url)}: give one that begins with https:// and ends without a slash`,
    );
  }

  checkPayloadKey(props, refuse);

  const sweepSeconds = secondsOf(props.sweepInterval ?? SWEEP_INTERVAL);
  if (sweepSeconds < 60 || sweepSeconds % 60 !== 0) {
    refuse(`sweepInterval is ${sweepSeconds} seconds: give whole minutes, one or more`);
  }
  const leaseSeconds = secondsOf(leaseDurationOf(props));
  if (leaseSeconds < 1 || leaseSeconds > 900) {
    refuse(
      `leaseDuration is ${leaseSeconds} seconds (without it, it is sweepInterval and 30 seconds): give 1 second to 15 ` +
        'minutes',
    );
  }
  const reserved = props.workerOptions?.reservedConcurrentExecutions;
  const concurrency = maxConcurrencyOf(props);
  if (reserved !== undefined && !Token.isUnresolved(reserved) && reserved < concurrency) {
    refuse(
      `the queue may lead to ${concurrency} invocations at a time (maxConcurrency), and ${reserved} are reserved for ` +
        'the worker: the others would be throttled, and their wakes end as dead letters. Reserve as many, or more',
    );
  }
  if (props.table && hasTableProps(props)) {
    refuse(`it is given a table, and props for a table of its own: give those to the WorkflowTable`);
  }
  if (props.table instanceof WorkflowTable && props.payloadBucket !== undefined) {
    refuse(`it is given a WorkflowTable, which has its bucket, and a payloadBucket: give that to the WorkflowTable`);
  }
}

function checkPayloadKey(props: WorkflowEngineProps, refuse: (problem: string) => never): void {
  if (props.payloadKey === undefined && (props.formerPayloadKeys ?? []).length > 0) {
    refuse(
      'formerPayloadKeys are given, and no payloadKey: nothing would be encrypted any more. Give the key of today',
    );
  }

  if (props.payloadKey === undefined && (props.formerTableNames ?? []).length > 0) {
    refuse(
      'formerTableNames are given, and no payloadKey: without one no value is bound to a name. Give the key, or leave them out',
    );
  }
}

function checkFrames(props: WorkflowEngineProps, refuse: (problem: string) => never): void {
  const { frames = false, bundling, workerOptions, apiOptions } = props;
  if (typeof (frames as unknown) !== 'boolean') refuse(`frames is ${describeValue(frames)}: give true or false`);
  const bundlings = [bundling, workerOptions?.bundling, apiOptions?.bundling];
  if (frames && bundlings.some((each) => each?.preCompilation === true)) {
    refuse('bundling has preCompilation, and with frames the workflows are compiled already: leave out one of them');
  }
}

function hasTableProps(props: WorkflowEngineProps): boolean {
  const { removalPolicy, deletionProtection, pointInTimeRecovery } = props;
  return [removalPolicy, deletionProtection, pointInTimeRecovery].some((prop) => prop !== undefined);
}

function secondsOf(duration: Duration): number {
  return duration.toMilliseconds() / 1000;
}

function checkWhole(
  prop: string,
  value: number | undefined,
  { from, to }: { from: number; to: number },
  refuse: (problem: string) => never,
): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (Number.isInteger(value) && value >= from && value <= to) return;
  refuse(`${prop} is ${value}: give a whole number from ${from} to ${to}`);
}
