/** What calls the functions of a template: its queues, its rules and schedules, its HTTP APIs. */
import type { HttpReply, HttpRequest } from '../http-event.ts';
import type { Authorizer } from './aws/authorize.ts';
import type { CredentialStore } from './aws/credentials.ts';
import { verifySignature } from './aws/signature.ts';
import type { StackQueues } from './aws/stack-queues.ts';
import { checkVisibility, mayCall, mayIntegrate, mayPoll } from './fronts/callers.ts';
import { sendToDeadLetters } from './fronts/dead-events.ts';
import { EventSource } from './fronts/event-source.ts';
import type { AccessPorts, HttpCaller } from './fronts/http-access.ts';
import { createHttpApi } from './fronts/http-api.ts';
import type { MovableClock } from './fronts/movable-clock.ts';
import { startSchedules } from './fronts/schedules.ts';
import type { StackFunctions } from './stack-functions.ts';
import type { StackNotice } from './stack-notice.ts';
import type { Stack, StackHttpApi, StackRoute, StackRule } from './stack.ts';
import { StackError } from './stack-error.ts';

export interface StackFrontsParts {
  readonly stack: Stack;
  readonly clock: MovableClock;
  readonly queues: StackQueues;
  readonly functions: StackFunctions;
  readonly authorizer: Authorizer;
  readonly credentials: CredentialStore;
  readonly maxSandboxes: number;
  readonly report: (notice: StackNotice) => void;
}

/** Those that may: one that may not is told of, and polls nothing. Raises a StackError for one that AWS would not make. */
export async function startEventSources(parts: StackFrontsParts): Promise<EventSource[]> {
  const { stack, clock, queues, functions, authorizer, maxSandboxes, report } = parts;
  const started: EventSource[] = [];
  for (const source of stack.eventSources.filter(({ enabled }) => enabled)) {
    const queue = stack.queues.find(({ arn }) => arn === source.queueArn);
    const messages = queues.find(source.queueArn);
    if (!queue || !messages) {
      throw new StackError(
        'INVALID_TEMPLATE',
        `${source.id} polls ${source.queueArn}, which is no queue of the stacks`,
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
    const { region } = stack;
    const concurrency = Math.min(source.maxConcurrency ?? Infinity, maxSandboxes);
    const invoke = (payload: string) => functions.invoke(source, payload);
    started.push(new EventSource({ source, region, queue: messages, clock, concurrency, invoke }));
  }
  return started;
}

/** The rules and schedules of a template, while they fire. */
export interface RunningRules {
  /** Somebody is about to be called. */
  isBusy(): boolean;
  stop(): void;
}

/** Raises a StackError for an expression that cannot be followed. */
export function startRules(parts: StackFrontsParts): RunningRules {
  let calls = 0;
  const stop = startSchedules({
    stack: parts.stack,
    clock: parts.clock.leaping,
    send: (rule, target, event) => {
      calls += 1;
      void call(parts, rule, target, JSON.stringify(event)).finally(() => (calls -= 1));
    },
  });
  return { isBusy: () => calls > 0, stop };
}

async function call(
  { stack, functions, queues, authorizer, report }: StackFrontsParts,
  rule: StackRule,
  target: StackRule['targets'][number],
  event: string,
): Promise<void> {
  const decision = await mayCall(authorizer, rule, target, stack);
  if (decision.kind === 'allowed') {
    functions.invokeLater(target, event);
    return;
  }
  const { message } = decision;
  if (target.deadLetterArn) sendToDeadLetters(queues, target.deadLetterArn, { event, ruleArn: rule.arn, message });
  report({ kind: 'not-called', source: rule.id, reason: message });
}

/** How an HTTP API answers. Raises a StackError for what it cannot do here. */
export function answerFor(api: StackHttpApi, parts: StackFrontsParts): (request: HttpRequest) => Promise<HttpReply> {
  const { stack, clock, functions, authorizer, report } = parts;
  const mayReach = async (functionArn: string, sourceArn: string, qualifier?: string): Promise<boolean> => {
    const called = { functionArn, sourceArn, ...(qualifier === undefined ? {} : { qualifier }) };
    return (await mayIntegrate(authorizer, called, stack)).kind === 'allowed';
  };
  const refused = {
    kind: 'refused',
    error: 'ServiceException',
    statusCode: 403,
    message: `the policy of the function does not let API Gateway in: it has no Lambda permission for ${api.id}`,
  } as const;
  return createHttpApi({
    api,
    accountId: stack.accountId,
    clock,
    access: {
      ...accessPorts(parts),
      invoke: (functionArn, payload) => functions.invokeFor({ functionArn }, payload),
    },
    invoke: async (route, payload) => {
      const isIn = await mayReach(route.functionArn, sourceArnOf(api, route, payload), route.qualifier);
      return isIn ? functions.invokeFor(route, payload) : refused;
    },
    onRequest: (line, reason) => {
      report({ kind: 'request', api: api.id, line, ...(reason === undefined ? {} : { reason }) });
    },
  });
}

/** As API Gateway names itself: the stage, the method and the path of the route. */
function sourceArnOf(api: StackHttpApi, { routeKey }: StackRoute, payload: string): string {
  const { requestContext } = JSON.parse(payload) as { requestContext: { http: { method: string } } };
  const path = routeKey === '$default' ? '/$default' : routeKey.replace(/^\S+ /, '');
  return `${api.arn}/$default/${requestContext.http.method}${path}`;
}

function accessPorts({ credentials, authorizer, clock }: StackFrontsParts): Omit<AccessPorts, 'invoke'> {
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

/** Who calls from outside signs by the machine's clock, wherever the cloud's was moved to. */
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
