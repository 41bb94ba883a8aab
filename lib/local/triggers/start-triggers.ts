/** What calls the functions of a cloud: its queues, its schedules, its HTTP APIs. */
import type { HttpReply, HttpRequest } from './http/http-event.ts';
import type { Authorizer } from '../iam/authorize.ts';
import type { CredentialStore } from '../iam/credentials.ts';
import { verifySignature } from '../iam/signature.ts';
import type { Queues } from '../services/sqs/queues.ts';
import { checkVisibility, mayCall, mayIntegrate, mayPoll } from './permissions.ts';
import { sendFailedEvent } from './failed-events.ts';
import type { ReceivedMessage } from '../services/sqs/message-queue.ts';
import { EventSource, type EventSourceOptions } from './event-source.ts';
import type { AccessPorts, HttpCaller } from './http/http-access.ts';
import { createHttpApi } from './http/http-api.ts';
import type { MovableClock } from '../time/movable-clock.ts';
import { startSchedules } from './schedules.ts';
import type { Functions } from '../functions/functions.ts';
import type { CloudEvent } from '../cloud-event.ts';
import type { EventSourceResource, Resources, HttpApiResource, RouteResource, ScheduleResource } from '../resources.ts';
import { CloudError } from '../cloud-error.ts';

export interface TriggersOptions {
  readonly resources: Resources;
  readonly clock: MovableClock;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly authorizer: Authorizer;
  readonly credentials: CredentialStore;
  readonly maxSandboxes: number;
  readonly report: (event: CloudEvent) => void;
  /** Is called with each batch of messages before a function gets it, and what it returns when that is over. */
  readonly observe: (batch: readonly ReceivedMessage[]) => () => void;
}

/** Those that may: one that may not is reported, and polls nothing. Raises a CloudError for one that AWS would not make. */
export async function startEventSources(parts: TriggersOptions): Promise<EventSource[]> {
  const { resources, clock, queues, functions, authorizer, maxSandboxes, report, observe } = parts;
  const started: EventSource[] = [];
  for (const source of resources.eventSources.filter(({ enabled }) => enabled)) {
    const queue = resources.queues.find(({ arn }) => arn === source.queueArn);
    const messages = queues.find(source.queueArn);
    if (!queue || !messages) {
      throw new CloudError(
        'INVALID_TEMPLATE',
        `${source.id} polls ${source.queueArn}, which is not a queue of the stacks`,
      );
    }
    const made = functions.find(source.functionArn).function;
    checkVisibility(source, queue, made);
    const decision = await mayPoll(authorizer, made, queue);
    if (decision.kind === 'denied') {
      const reason = `PROBLEM: the function's role may not do what the event source does: ${decision.message}`;
      report({ kind: 'not-called', source: source.id, reason });
      continue;
    }
    const { region } = resources;
    started.push(
      new EventSource({
        ...{ source, region, queue: messages, clock, observe },
        ...roomOf(source, functions, maxSandboxes),
        invoke: (payload) => functions.invoke(source, payload),
      }),
    );
  }
  return started;
}

/** A function with provisioned sandboxes takes a batch when one of these is free. */
function roomOf(
  source: EventSourceResource,
  functions: Functions,
  maxSandboxes: number,
): Pick<EventSourceOptions, 'concurrency' | 'room'> {
  const concurrency = source.maxConcurrency ?? Infinity;
  const called = functions.find(source.functionArn);
  if (called.function.provisioned === undefined) return { concurrency: Math.min(concurrency, maxSandboxes) };
  const room = { hasRoom: () => called.hasRoom(), onRoom: (listener: () => void) => called.onRoom(listener) };
  return { concurrency, room };
}

/** Schedules, while they fire. */
export interface RunningSchedules {
  /** A function is about to be called. */
  isBusy(): boolean;
  stop(): void;
}

/** Raises a CloudError for an expression that cannot be followed. */
export function startScheduleTriggers(parts: TriggersOptions): RunningSchedules {
  let calls = 0;
  const stop = startSchedules({
    resources: parts.resources,
    clock: parts.clock.coalescingTimers,
    send: async (schedule, target, event) => {
      calls += 1;
      await callFunction(parts, schedule, target, JSON.stringify(event)).finally(() => (calls -= 1));
    },
  });
  return { isBusy: () => calls > 0, stop };
}

async function callFunction(
  { resources, functions, queues, authorizer, report }: TriggersOptions,
  rule: ScheduleResource,
  target: ScheduleResource['targets'][number],
  event: string,
): Promise<void> {
  const decision = await mayCall(authorizer, rule, target, resources);
  if (decision.kind === 'allowed') {
    if (rule.everyMs === undefined) functions.invokeLater(target, event);
    else await functions.invoke(target, event); // one that failed is not tried again: the next one is near
    return;
  }
  const { message } = decision;
  if (target.deadLetterArn) sendFailedEvent(queues, target.deadLetterArn, { event, ruleArn: rule.arn, message });
  report({ kind: 'not-called', source: rule.id, reason: message });
}

/** How an HTTP API answers. Raises a CloudError for what it cannot do here. */
export function answerFor(api: HttpApiResource, parts: TriggersOptions): (request: HttpRequest) => Promise<HttpReply> {
  const { resources, clock, functions, authorizer, report } = parts;
  const mayReach = async (functionArn: string, sourceArn: string, qualifier?: string): Promise<boolean> => {
    const called = { functionArn, sourceArn, ...(qualifier === undefined ? {} : { qualifier }) };
    return (await mayIntegrate(authorizer, called, resources)).kind === 'allowed';
  };
  const refused = {
    kind: 'refused',
    error: 'ServiceException',
    statusCode: 403,
    message: `the policy of the function does not let API Gateway in: it has no Lambda permission for ${api.id}`,
  } as const;
  return createHttpApi({
    api,
    accountId: resources.accountId,
    clock,
    access: {
      ...accessPorts(parts),
      invoke: (functionArn, payload) => functions.invokeFor({ functionArn }, payload),
    },
    invoke: async (route, payload, method) => {
      const isIn = await mayReach(route.functionArn, sourceArnOf(api, route, method), route.qualifier);
      return isIn ? functions.invokeFor(route, payload) : refused;
    },
    onRequest: (line, reason) => {
      if (resources.access === 'open') return; // its runs are reported
      report({ kind: 'request', api: api.id, line, ...(reason === undefined ? {} : { reason }) });
    },
  });
}

/** As API Gateway names itself: the stage, the method and the path of the route. */
function sourceArnOf(api: HttpApiResource, { routeKey }: RouteResource, method: string): string {
  const path = routeKey === '$default' ? '/$default' : routeKey.replace(/^\S+ /, '');
  return `${api.arn}/$default/${method}${path}`;
}

function accessPorts({ credentials, authorizer, clock }: TriggersOptions): Omit<AccessPorts, 'invoke'> {
  return {
    identify: async ({ request }) => {
      const { method, target, rawHeaders, body } = request;
      const headers = joinHeaders(rawHeaders);
      const found = await verifySignature(
        { method, url: target, headers, body },
        { credentials, clock: callersClock(headers, clock), service: 'execute-api' },
      );
      if (found.kind === 'refused') return { kind: 'unknown', reason: found.message };
      const { principal } = found;
      const [, accessKeyId = ''] = /Credential=([^/]+)/.exec(headers['authorization'] ?? '') ?? [];
      const [, , , , accountId = '', name = ''] = principal.arn.split(':');
      const userId = principal.kind === 'role' ? `${accessKeyId}:${principal.sessionName}` : name.replace(/^.*\//, '');
      const caller: HttpCaller = { accessKeyId, accountId, arn: principal.arn, userId };
      return { kind: 'caller', caller };
    },
    mayInvoke: async (caller, resource) => {
      const { principal } = credentials.find(caller.accessKeyId) ?? {};
      if (!principal) return false;
      const decision = await authorizer.isAllowed({ principal, action: 'execute-api:Invoke', resource });
      return decision.kind === 'allowed';
    },
  };
}

const LONGEST_SKEW_MS = 15 * 60_000;

/** A caller from outside signs by the machine's clock, wherever the cloud's was moved to. */
function callersClock(headers: Record<string, string>, clock: MovableClock): { nowMs(): number } {
  const dashed = (headers['x-amz-date'] ?? '').replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const isOutside = Math.abs(Date.parse(dashed) - Date.now()) <= LONGEST_SKEW_MS;
  return isOutside ? { nowMs: () => Date.now() } : clock;
}

function joinHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    headers[name] = name in headers ? `${headers[name] ?? ''},${value}` : value;
  }
  return headers;
}
