/** The buses of a cloud: an event that is put on one goes to the targets of each rule that it matches. */
import { randomUUID } from 'node:crypto';
import { CloudError } from '../cloud-error.ts';
import type { CloudEvent } from '../cloud-event.ts';
import type { Functions } from '../functions/functions.ts';
import type { Authorizer } from '../iam/authorize.ts';
import type { EventRuleResource, EventTarget, Resources } from '../resources.ts';
import type { PutEvent } from '../services/events-service.ts';
import type { Queues } from '../services/sqs/queues.ts';
import { inputOf, unknownPaths } from './event-input.ts';
import { type EventMatcher, EventPatternError, readEventPattern } from './event-pattern.ts';
import { sendFailedEvent } from './failed-events.ts';
import { mayCall, maySend } from './permissions.ts';

export interface EventBusesOptions {
  readonly resources: Resources;
  readonly functions: Functions;
  readonly queues: Queues;
  readonly authorizer: Authorizer;
  readonly clock: { nowMs(): number };
  readonly report: (event: CloudEvent) => void;
}

export interface EventBuses {
  readonly put: PutEvent;
  /** Events are on their way to targets. */
  isBusy(): boolean;
}

interface Rule extends EventRuleResource {
  readonly matches: EventMatcher;
}

/** Raises a CloudError for a pattern, or a path of an input, that cannot be followed. */
export function createEventBuses(options: EventBusesOptions): EventBuses {
  const { resources, clock } = options;
  const rules = resources.eventRules.filter(({ enabled }) => enabled).map(toRule);
  let busy = 0;
  const deliver = async (busArn: string, event: Readonly<Record<string, unknown>>): Promise<void> => {
    const matching = rules.filter((rule) => rule.busArn === busArn && rule.matches(event));
    await Promise.all(
      matching.flatMap((rule) => rule.targets.map((target) => sendTo(options, { rule, target, event }))),
    );
  };
  return {
    put: (busArn, { source, detailType, detail, resources: named, timeMs }) => {
      const id = randomUUID();
      const event = {
        ...{ version: '0', id, 'detail-type': detailType, source, account: resources.accountId },
        time: new Date(timeMs ?? clock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z'),
        ...{ region: resources.region, resources: named, detail },
      };
      busy += 1;
      void deliver(busArn, event).finally(() => (busy -= 1));
      return id;
    },
    isBusy: () => busy > 0,
  };
}

function toRule(rule: EventRuleResource): Rule {
  const [path] = rule.targets.flatMap(({ input }) => unknownPaths(input));
  if (path !== undefined) {
    throw new CloudError(
      'NOT_SUPPORTED',
      `a target of ${rule.id} wants ${path} of an event, which the local cloud cannot follow`,
    );
  }
  try {
    return { ...rule, matches: readEventPattern(rule.pattern) };
  } catch (error) {
    if (!(error instanceof EventPatternError)) throw error;
    throw new CloudError('INVALID_TEMPLATE', `the event pattern of ${rule.id} cannot be followed: ${error.message}`);
  }
}

interface Delivery {
  readonly rule: Rule;
  readonly target: EventTarget;
  readonly event: Readonly<Record<string, unknown>>;
}

/** What may not be sent goes to the dead-letter queue of the target, if it has one, as the event was. */
async function sendTo(options: EventBusesOptions, { rule, target, event }: Delivery): Promise<void> {
  const { resources, functions, queues, authorizer, clock, report } = options;
  const decision =
    target.kind === 'function'
      ? await mayCall(authorizer, rule, target, resources)
      : await maySend(authorizer, rule, target.queueArn, resources);
  if (decision.kind === 'denied') {
    const { message } = decision;
    const dead = { event: JSON.stringify(event), ruleArn: rule.arn, message };
    if (target.deadLetterArn) sendFailedEvent(queues, target.deadLetterArn, dead);
    report({ kind: 'not-called', source: rule.id, reason: message });
    return;
  }
  const input = inputOf(event, target.input, { ruleArn: rule.arn, ruleName: rule.name, atMs: clock.nowMs() });
  if (target.kind === 'queue') queues.find(target.queueArn)?.send(input);
  else functions.invokeLater(target, input);
}
