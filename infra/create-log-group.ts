/** A log group of the engine's. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { WorkflowEngineProps } from './workflow-engine-props.ts';

/**
 * It outlives the stack, as the table does, unless `removalPolicy` says otherwise: after an incident the logs are what
 * there is to read. Its entries expire after `logRetention` all the same.
 */
export function createLogGroup(scope: Construct, id: string, props: WorkflowEngineProps): LogGroup {
  const { logRetention = RetentionDays.ONE_MONTH, removalPolicy = RemovalPolicy.RETAIN } = props;
  return new LogGroup(scope, id, { retention: logRetention, removalPolicy });
}
