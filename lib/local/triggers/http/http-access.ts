/** Decides which callers reach a route, as IAM or the route's authorizer does. */
import { gatewayReply, type HttpReply } from './http-event.ts';
import type { Invocation } from '../../functions/invocation.ts';
import type { RouteResource } from '../../resources.ts';
import type { HttpCall } from './http-call.ts';
import { crossOriginCaller } from './this-machine.ts';

/** The principal that signed a request. */
export interface HttpCaller {
  readonly accessKeyId: string;
  readonly accountId: string;
  /** Of an assumed role, or a user. */
  readonly arn: string;
  /** `AROA...:session`. */
  readonly userId: string;
}

export type AccessDecision =
  /** `authorizer` is what functions find under `requestContext.authorizer`. */
  | { readonly kind: 'allowed'; readonly authorizer?: Readonly<Record<string, unknown>>; readonly callerArn?: string }
  | { readonly kind: 'refused'; readonly reply: HttpReply; readonly reason: string };

export interface AccessPorts {
  /** The principal that signed it, for the service `execute-api`; or why it is not known. */
  identify(
    call: HttpCall,
  ): Promise<{ readonly kind: 'caller'; readonly caller: HttpCaller } | { readonly kind: 'unknown'; reason: string }>;
  /** Whether the caller may call `execute-api:Invoke` on it. */
  mayInvoke(caller: HttpCaller, resourceArn: string): Promise<boolean>;
  /** Calls a Lambda authorizer. */
  invoke(functionArn: string, payload: string): Promise<Invocation>;
}

export async function decideAccess(call: HttpCall, ports: AccessPorts): Promise<AccessDecision> {
  const { authorization } = call.match.route;
  switch (authorization.kind) {
    case 'none':
      return { kind: 'allowed' };
    case 'this-machine':
      return askOrigin(call);
    case 'iam':
      return askIam(call, ports);
    case 'lambda':
      return askFunction(call, authorization, ports);
    case 'jwt':
      // The cloud does not start with such a route: see checkRoutes.
      return refused(401, 'Unauthorized', `the keys of ${authorization.issuer} cannot be fetched here`);
  }
}

function askOrigin({ request }: HttpCall): AccessDecision {
  const stranger = crossOriginCaller(request.rawHeaders);
  if (stranger === undefined) return { kind: 'allowed' };
  const message = `Forbidden: ${stranger} is not a page or program of this machine`;
  return refused(403, message, `${stranger} is not of this machine`);
}

async function askIam(call: HttpCall, ports: AccessPorts): Promise<AccessDecision> {
  const found = await ports.identify(call);
  if (found.kind === 'unknown') return refused(403, 'Forbidden', found.reason);
  const { accessKeyId, accountId, arn, userId } = found.caller;
  if (!(await ports.mayInvoke(found.caller, call.resourceArn))) {
    return refused(403, 'Forbidden', `${arn} may not execute-api:Invoke on ${call.resourceArn}`);
  }
  const iam = {
    accessKey: accessKeyId,
    accountId,
    callerId: userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: arn,
    userId,
  };
  return { kind: 'allowed', authorizer: { iam }, callerArn: arn };
}

type LambdaAuthorization = Extract<RouteResource['authorization'], { kind: 'lambda' }>;

async function askFunction(
  call: HttpCall,
  { functionArn, identitySources = [], simpleResponses = false }: LambdaAuthorization,
  ports: AccessPorts,
): Promise<AccessDecision> {
  const identitySource = identitySources.map((source) => readSource(source, call));
  if (identitySource.includes(undefined)) {
    return refused(401, 'Unauthorized', `the request lacks one of ${identitySources.join(', ')}`);
  }
  const { event } = call;
  const { body: _body, isBase64Encoded: _encoded, ...shown } = event;
  const asked = { ...shown, type: 'REQUEST', routeArn: call.resourceArn, identitySource };
  const result = await ports.invoke(functionArn, JSON.stringify(asked));
  const answer = readAnswer(result, simpleResponses, call.resourceArn);
  if (answer === undefined) {
    return refused(500, 'Internal Server Error', 'the authorizer failed, or its answer is not in the format of one');
  }
  if (!answer.isAuthorized) return refused(403, 'Forbidden', 'the authorizer refused it');
  return { kind: 'allowed', authorizer: { lambda: answer.context } };
}

/** `$request.header.Authorization`, `$request.querystring.key`. */
function readSource(source: string, { event }: HttpCall): string | undefined {
  const [, place, name = ''] = /^\$request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  const value = place === 'header' ? event.headers[name.toLowerCase()] : event.queryStringParameters?.[name];
  return value === '' ? undefined : value;
}

interface AuthorizerAnswer {
  readonly isAuthorized: boolean;
  readonly context: unknown;
}

function readAnswer(result: Invocation, isSimple: boolean, resourceArn: string): AuthorizerAnswer | undefined {
  if (result.kind !== 'succeeded') return undefined;
  const answer = JSON.parse(result.payload || 'null') as {
    isAuthorized?: unknown;
    context?: unknown;
    policyDocument?: { Statement?: unknown };
  } | null;
  const { context = null } = answer ?? {};
  if (isSimple) {
    return typeof answer?.isAuthorized === 'boolean' ? { isAuthorized: answer.isAuthorized, context } : undefined;
  }
  const statements = answer?.policyDocument?.Statement;
  if (statements === undefined) return undefined;
  return { isAuthorized: allows([statements].flat() as PolicyStatement[], resourceArn), context };
}

interface PolicyStatement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
}

/** An authorizer's policy knows one action and no conditions. A Deny wins. */
function allows(statements: readonly PolicyStatement[], resourceArn: string): boolean {
  const effects = statements
    .filter(({ Action = [] }) => [Action].flat().some((pattern) => matches(pattern, 'execute-api:Invoke')))
    .filter(({ Resource = [] }) => [Resource].flat().some((pattern) => matches(pattern, resourceArn)))
    .map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

function matches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 'i').test(text);
}

function refused(statusCode: number, message: string, reason: string): AccessDecision {
  return { kind: 'refused', reply: gatewayReply(statusCode, message), reason };
}
