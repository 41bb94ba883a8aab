/** What calls functions by a schedule: rules of EventBridge, schedules of EventBridge Scheduler. */
import type { ScheduleResource } from '../resources.ts';
import type { CloudEnvironment } from './environment.ts';
import { isObject, textOf } from '../json.ts';
import type { MadeResource, MadeResources } from './made-resource.ts';
import { toFunctionReference } from './read-functions.ts';

/** Targets that are no functions do nothing here. Rules on events are read by `read-event-rules.ts`. */
export function readRules(resources: MadeResources, environment: CloudEnvironment): ScheduleResource[] {
  return [
    ...resources.ofType('AWS::Events::Rule').flatMap((rule) => readRule(rule, resources, environment)),
    ...resources.ofType('AWS::Scheduler::Schedule').flatMap((rule) => readSchedule(rule, resources, environment)),
  ];
}

function readRule(rule: MadeResource, resources: MadeResources, environment: CloudEnvironment): ScheduleResource[] {
  const expression = rule.text('ScheduleExpression');
  if (expression === '') return [];
  const targets = rule.list('Targets').filter(isObject);
  if (targets.some((target) => !isFunction(target))) resources.ignore(rule, 'targets that are no functions');
  return [
    {
      ...about(rule),
      source: 'events',
      expression,
      timezone: 'UTC',
      enabled: rule.text('State') !== 'DISABLED',
      targets: targets.filter(isFunction).map((target) => {
        if ('InputTransformer' in target || 'InputPath' in target) {
          rule.fail('NOT_SUPPORTED', 'Targets', 'the local cloud transforms no input: give it as Input');
        }
        return toTarget(target, environment);
      }),
    },
  ];
}

function readSchedule(
  schedule: MadeResource,
  resources: MadeResources,
  environment: CloudEnvironment,
): ScheduleResource[] {
  const target = schedule.object('Target');
  if (!isFunction(target)) {
    resources.ignore(schedule, 'a target that is no function');
    return [];
  }
  return [
    {
      ...about(schedule),
      source: 'scheduler',
      expression: schedule.text('ScheduleExpression'),
      timezone: schedule.text('ScheduleExpressionTimezone') || 'UTC',
      enabled: schedule.text('State') !== 'DISABLED',
      targets: [toTarget(target, environment)],
    },
  ];
}

function about(rule: MadeResource): Pick<ScheduleResource, 'id' | 'name' | 'arn'> {
  return { id: rule.id, name: rule.name, arn: rule.arn };
}

function isFunction(target: Readonly<Record<string, unknown>>): boolean {
  return /^arn:[^:]*:lambda:[^:]*:[^:]*:function:/.test(textOf(target['Arn']));
}

function toTarget(
  { Arn, Input, RoleArn, RetryPolicy, DeadLetterConfig }: Readonly<Record<string, unknown>>,
  environment: CloudEnvironment,
): ScheduleResource['targets'][number] {
  const attempts = isObject(RetryPolicy) ? RetryPolicy['MaximumRetryAttempts'] : undefined;
  const deadLetterArn = isObject(DeadLetterConfig) ? textOf(DeadLetterConfig['Arn']) : '';
  return {
    ...toFunctionReference(textOf(Arn), environment),
    ...(Input === undefined ? {} : { input: textOf(Input) }),
    ...(RoleArn === undefined ? {} : { roleArn: textOf(RoleArn) }),
    ...(attempts === undefined ? {} : { maxRetryAttempts: Number(textOf(attempts)) }),
    ...(deadLetterArn ? { deadLetterArn } : {}),
  };
}
