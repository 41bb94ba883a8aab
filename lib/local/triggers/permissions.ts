/** Whether the services that call functions may do so, as AWS asks before it does. */
import type { Authorizer, Decision } from '../iam/authorize.ts';
import { roleSession, serviceOf } from '../iam/principal.ts';
import { CloudError } from '../cloud-error.ts';
import type {
  Resources,
  EventSourceResource,
  FunctionResource,
  QueueResource,
  ScheduleResource,
} from '../resources.ts';

/** What an event source does with its queue, in the name of the function. */
const SOURCE_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** Raises a CloudError for a mapping that AWS would not make. */
export function checkVisibility(source: EventSourceResource, queue: QueueResource, made: FunctionResource): void {
  if (queue.visibilityTimeoutMs >= made.timeoutMs) return;
  throw new CloudError(
    'INVALID_TEMPLATE',
    `${source.id}: AWS makes no such event source, as messages would come again while they are worked on: the queue ` +
      `${queue.id} hides them for ${queue.visibilityTimeoutMs / 1000} s, and ${made.id} may take ` +
      `${made.timeoutMs / 1000} s. Give the queue a visibility timeout of at least that`,
  );
}

/** The function's role has to be allowed what the mapping does. */
export async function mayPoll(authorizer: Authorizer, made: FunctionResource, queue: QueueResource): Promise<Decision> {
  const principal = roleSession(made.roleArn, made.name);
  for (const action of SOURCE_ACTIONS) {
    const decision = await authorizer.isAllowed({ principal, action, resource: queue.arn });
    if (decision.kind === 'denied') return decision;
  }
  return { kind: 'allowed' };
}

/** A rule is let in by the function's own policy; a schedule calls in the name of a role. */
export function mayCall(
  authorizer: Authorizer,
  rule: Pick<ScheduleResource, 'name' | 'arn'>,
  target: Pick<ScheduleResource['targets'][number], 'functionArn' | 'qualifier' | 'roleArn'>,
  { accountId }: Pick<Resources, 'accountId'>,
): Promise<Decision> {
  const { functionArn, qualifier, roleArn } = target;
  return authorizer.isAllowed({
    principal: roleArn === undefined ? serviceOf('events.amazonaws.com') : roleSession(roleArn, rule.name),
    action: 'lambda:InvokeFunction',
    resource: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
    context: { 'aws:SourceArn': rule.arn, 'aws:SourceAccount': accountId },
  });
}

/** A rule is let in by the queue's own policy. */
export function maySend(
  authorizer: Authorizer,
  rule: Pick<ScheduleResource, 'arn'>,
  queueArn: string,
  { accountId }: Pick<Resources, 'accountId'>,
): Promise<Decision> {
  return authorizer.isAllowed({
    principal: serviceOf('events.amazonaws.com'),
    action: 'sqs:SendMessage',
    resource: queueArn,
    context: { 'aws:SourceArn': rule.arn, 'aws:SourceAccount': accountId },
  });
}

/** API Gateway is let in by the function's own policy: by stage, method and path of the route. */
export function mayIntegrate(
  authorizer: Authorizer,
  call: { readonly functionArn: string; readonly qualifier?: string; readonly sourceArn: string },
  { accountId }: Pick<Resources, 'accountId'>,
): Promise<Decision> {
  const { functionArn, qualifier, sourceArn } = call;
  return authorizer.isAllowed({
    principal: serviceOf('apigateway.amazonaws.com'),
    action: 'lambda:InvokeFunction',
    resource: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
    context: { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': accountId },
  });
}
