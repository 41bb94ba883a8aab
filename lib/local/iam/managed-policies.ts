/** Policies of AWS's own that functions are commonly given. */
import type { PolicyDocument } from '../resources.ts';

/** By their names. Only what they say of services that this cloud has: logs and the like are not asked for here. */
const STATEMENTS: Readonly<Record<string, readonly string[]>> = {
  AWSLambdaBasicExecutionRole: [],
  AWSLambdaVPCAccessExecutionRole: [],
  AWSXRayDaemonWriteAccess: [],
  CloudWatchLambdaInsightsExecutionRolePolicy: [],
  AWSLambdaSQSQueueExecutionRole: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  AWSLambdaRole: ['lambda:InvokeFunction'],
  AdministratorAccess: ['*'],
  AmazonDynamoDBFullAccess: ['dynamodb:*'],
  AmazonSQSFullAccess: ['sqs:*'],
  AmazonS3FullAccess: ['s3:*'],
  AmazonS3ReadOnlyAccess: ['s3:Get*', 's3:List*'],
  AmazonAPIGatewayInvokeFullAccess: ['execute-api:Invoke', 'execute-api:ManageConnections'],
};

/** Undefined for one that is not known here. */
export function managedPolicy(arn: string): { readonly name: string; readonly document: PolicyDocument } | undefined {
  const name = arn.split('/').at(-1) ?? '';
  const actions = STATEMENTS[name];
  if (!actions || !/^arn:[^:]*:iam::aws:policy\//.test(arn)) return undefined;
  // A policy needs a statement: that of nothing is one of a service that is not here.
  const Action = actions.length > 0 ? actions : ['logs:*'];
  return { name, document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] } };
}
