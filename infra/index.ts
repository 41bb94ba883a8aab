/** `lull/cdk`: the engine as a construct, for CDK apps. */
export { WorkflowEngine } from './workflow-engine.ts';
export type { TransactionTable } from './grants.ts';
export type { WorkflowEngineProps } from './workflow-engine-props.ts';
export type { DeployedSettings } from '../lib/ports/deployed-settings.ts';
export type { WorkflowMetricOptions } from './engine-metrics.ts';
export type { MetricName as WorkflowMetricName } from '../lib/lambda/metric-names.ts';
export type { WorkflowFunctionOptions } from './workflow-function.ts';
export type { WorkflowApiOptions } from './http-api.ts';
export type { WorkflowEventStartOptions } from './workflow-event-start.ts';
export type { WorkflowScheduleOptions } from './workflow-schedule.ts';
export { WorkflowTable, type WorkflowTableProps } from './workflow-table.ts';
export { DeploymentError, type DeploymentErrorCode } from './deployment-error.ts';
export { SILENT_ALARMS, WorkflowAlarms, type WorkflowAlarmsProps } from './workflow-alarms.ts';
export { WorkflowDashboard, type WorkflowDashboardProps } from './workflow-dashboard.ts';
