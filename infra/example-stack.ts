/** The example workflows, deployable as they stand: the engine, its alarms and its dashboard. */
import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { SILENT_ALARMS, WorkflowAlarms } from './workflow-alarms.ts';
import { WorkflowDashboard } from './workflow-dashboard.ts';
import { WorkflowEngine } from './workflow-engine.ts';

export class ExampleStack extends Stack {
  readonly engine: WorkflowEngine;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, { description: 'The example workflows of lull', ...props });
    this.engine = new WorkflowEngine(this, 'Workflows', { entry: 'functions/workflows/index.ts' });
    const alarms = new WorkflowAlarms(this, 'Alarms', { engine: this.engine });
    Annotations.of(alarms).acknowledgeWarning(SILENT_ALARMS, 'an example has no address of its own to notify');
    new WorkflowDashboard(this, 'Dashboard', { engine: this.engine });
    new CfnOutput(this, 'Url', { value: this.engine.url, description: 'Of the HTTP API: sign requests to it' });
    new CfnOutput(this, 'TableName', { value: this.engine.table.tableName });
    new CfnOutput(this, 'QueueUrl', { value: this.engine.queue.queueUrl });
  }
}
