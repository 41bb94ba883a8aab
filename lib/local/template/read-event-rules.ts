/** EventBridge's buses, and the rules on what is put there. Rules by schedule are read by `read-rules.ts`. */
import type { EventBusResource, EventInput, EventRuleResource, EventTarget } from '../resources.ts';
import type { CloudEnvironment } from './environment.ts';
import { isObject, textOf } from '../json.ts';
import type { MadeResource, MadeResources } from './made-resource.ts';
import { toFunctionReference } from './read-functions.ts';

/** Those of the template, and the account's own. */
export function readEventBuses(resources: MadeResources, environment: CloudEnvironment): EventBusResource[] {
  const made = resources.ofType('AWS::Events::EventBus').map(({ id, name, arn }) => ({ id, name, arn }));
  const own = { id: 'default', name: 'default', arn: busArnOf('default', environment) };
  return made.some(({ name }) => name === 'default') ? made : [...made, own];
}

export function readEventRules(resources: MadeResources, environment: CloudEnvironment): EventRuleResource[] {
  return resources.ofType('AWS::Events::Rule').flatMap((rule) => {
    const pattern = patternOf(rule);
    if (pattern === undefined) return [];
    const targets = rule.list('Targets').filter(isObject);
    const read = targets.flatMap((target) => toTarget(target, environment) ?? []);
    if (read.length < targets.length) resources.ignore(rule, 'targets that are neither functions nor queues');
    return {
      ...{ id: rule.id, name: rule.name, arn: rule.arn, pattern, targets: read },
      busArn: busArnOf(rule.text('EventBusName') || 'default', environment),
      enabled: rule.text('State') !== 'DISABLED',
    };
  });
}

/** An object, or the JSON text of one. */
function patternOf(rule: MadeResource): unknown {
  const pattern = rule.value('EventPattern');
  if (typeof pattern !== 'string') return pattern;
  try {
    return JSON.parse(pattern) as unknown;
  } catch {
    return rule.fail('INVALID_TEMPLATE', 'EventPattern', 'is a text that is no JSON');
  }
}

function busArnOf(nameOrArn: string, { partition, region, accountId }: CloudEnvironment): string {
  return nameOrArn.startsWith('arn:')
    ? nameOrArn
    : `arn:${partition}:events:${region}:${accountId}:event-bus/${nameOrArn}`;
}

/** Undefined: it does nothing here. */
function toTarget(target: Readonly<Record<string, unknown>>, environment: CloudEnvironment): EventTarget | undefined {
  const arn = textOf(target['Arn']);
  const dead = isObject(target['DeadLetterConfig']) ? textOf(target['DeadLetterConfig']['Arn']) : '';
  const common = { input: toInput(target), ...(dead ? { deadLetterArn: dead } : {}) };
  if (/^arn:[^:]*:sqs:/.test(arn)) return { kind: 'queue', queueArn: arn, ...common };
  if (!/^arn:[^:]*:lambda:[^:]*:[^:]*:function:/.test(arn)) return undefined;
  return { kind: 'function', ...toFunctionReference(arn, environment), ...common };
}

/** Whether the paths can be followed is seen when the cloud starts. */
function toInput(target: Readonly<Record<string, unknown>>): EventInput {
  const { Input: input, InputPath: path, InputTransformer: transformer } = target;
  if (input !== undefined) return { constant: textOf(input) };
  if (path !== undefined) return { path: textOf(path) };
  if (!isObject(transformer)) return {};
  const paths = isObject(transformer['InputPathsMap']) ? Object.entries(transformer['InputPathsMap']) : [];
  return {
    transformer: {
      template: textOf(transformer['InputTemplate']),
      paths: Object.fromEntries(paths.map(([name, each]) => [name, textOf(each)])),
    },
  };
}
