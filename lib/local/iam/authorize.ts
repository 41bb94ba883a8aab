/**
 * Whether a principal may do something: IAM's own rules, on the policies of the template.
 *
 * The rules are those of @cloud-copilot/iam-simulate, which is not a part of this package: its licence is the AGPL, so
 * it has to be installed separately.
 */
import type { Simulation } from '@cloud-copilot/iam-simulate';
import { CloudError } from '../cloud-error.ts';
import type { PolicyDocument, Resources } from '../resources.ts';
import { managedPolicy } from './managed-policies.ts';
import type { Principal } from './principal.ts';

export interface AccessRequest {
  readonly principal: Principal;
  /** `dynamodb:PutItem`. */
  readonly action: string;
  /** An ARN; `*` for an action that has no resource. */
  readonly resource: string;
  /** Condition keys of the request, such as `aws:SourceArn`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export type Decision = { readonly kind: 'allowed' } | { readonly kind: 'denied'; readonly message: string };

/** How often something was asked for. */
export interface CallCount {
  /** The principal's ARN. */
  readonly principal: string;
  readonly action: string;
  readonly allowed: number;
  readonly denied: number;
}

export interface Authorizer {
  /** Answers of the same question are the same, so they are kept. Each answer is counted. */
  isAllowed(request: AccessRequest): Promise<Decision>;
  calls(): readonly CallCount[];
  /** ARNs of managed policies whose content is not known here: they allow nothing. */
  readonly unknownPolicies: readonly string[];
}

export interface AuthorizerOptions {
  /** Is called with each request that is denied. */
  readonly onDenied?: (request: AccessRequest, message: string) => void;
}

/** Each object of a bucket is a resource: their decisions are not all kept. */
const KEPT_LIMIT = 10_000;

type Policy = { readonly name: string; readonly document: unknown };

/** Allows each call, and counts none. */
export const allowAll: Authorizer = {
  isAllowed: async () => ({ kind: 'allowed' }),
  calls: () => [],
  unknownPolicies: [],
};

/** The policies are those of the template when this is called. */
export function createAuthorizer(resources: Resources, options: AuthorizerOptions = {}): Authorizer {
  const simulator = lazily(loadSimulator);
  const kept = new Map<string, Promise<Decision>>();
  const counts = new Map<string, { principal: string; action: string; allowed: number; denied: number }>();
  const roles = new Map(resources.roles.map((role) => [role.arn, role]));
  const managed = [...new Set(resources.roles.flatMap((role) => role.managedPolicyArns))];

  const decide = async (request: AccessRequest): Promise<Decision> => {
    if (request.principal.kind === 'admin') return { kind: 'allowed' };
    const simulation = toSimulation(request, resources, roles);
    const result = await (await simulator()).runSimulation(simulation, {});
    if (result.resultType === 'error') throw toError(request, result.errors);
    if (result.overallResult === 'Allowed') return { kind: 'allowed' };
    return { kind: 'denied', message: describeDenial(request, reasonOf(request, result)) };
  };

  const count = ({ principal: { arn }, action }: AccessRequest, { kind }: Decision): void => {
    const key = `${arn} ${action}`;
    const counted = counts.get(key) ?? { principal: arn, action, allowed: 0, denied: 0 };
    counts.set(key, { ...counted, [kind]: counted[kind] + 1 });
  };

  return {
    isAllowed: async (request) => {
      const { principal, action, resource, context = {} } = request;
      const key = JSON.stringify([principal, action, resource, Object.entries(context).sort()]);
      const answer = kept.get(key) ?? decide(request);
      if (kept.size >= KEPT_LIMIT) kept.clear();
      kept.set(key, answer);
      const decision = await answer;
      count(request, decision);
      if (decision.kind === 'denied') options.onDenied?.(request, decision.message);
      return decision;
    },
    calls: () => [...counts.values()],
    unknownPolicies: managed.filter((arn) => managedPolicy(arn) === undefined),
  };
}

type Simulator = Pick<typeof import('@cloud-copilot/iam-simulate'), 'runSimulation'>;

async function loadSimulator(): Promise<Simulator> {
  try {
    return await import('@cloud-copilot/iam-simulate');
  } catch (cause) {
    throw new CloudError(
      'PACKAGE_NOT_INSTALLED',
      'to check calls against the policies of the template, the package @cloud-copilot/iam-simulate is needed ' +
        '(it is not a part of lull, as its licence is the AGPL): npm install --save-dev @cloud-copilot/iam-simulate',
      { cause },
    );
  }
}

/** Fails now, rather than at the first call, if the package for the check is not installed. */
export async function requireSimulator(): Promise<void> {
  await loadSimulator();
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function toSimulation(
  { principal, action, resource, context }: AccessRequest,
  resources: Resources,
  roles: ReadonlyMap<string, Resources['roles'][number]>,
): Simulation {
  const role = principal.kind === 'role' ? roles.get(principal.roleArn) : undefined;
  const policies = principal.kind === 'user' ? principal.policies.map(withName) : policiesOf(role);
  const resourcePolicy = resourcePolicyOf(resource, resources);
  return {
    request: {
      principal: principal.arn,
      action,
      resource: { resource, accountId: resources.accountId },
      contextVariables: {
        // What comes over the loopback here comes over TLS there.
        'aws:SecureTransport': 'true',
        ...(action.startsWith('s3:') ? { 's3:TlsVersion': '1.3' } : {}),
        'aws:RequestedRegion': resources.region,
        'aws:PrincipalArn': principal.kind === 'role' ? principal.roleArn : principal.arn,
        ...(principal.kind === 'service' ? {} : { 'aws:PrincipalAccount': resources.accountId }),
        ...(context as Record<string, string | string[]> | undefined),
      },
    },
    identityPolicies: policies.map(({ name, document }) => ({ name, policy: document })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(resourcePolicy ? { resourcePolicy } : {}),
    ...(role?.boundary
      ? { permissionBoundaryPolicies: [{ name: role.boundary.name, policy: role.boundary.document }] }
      : {}),
  };
}

function policiesOf(role: Resources['roles'][number] | undefined): readonly Policy[] {
  if (!role) return [];
  return [...role.policies, ...role.managedPolicyArns.flatMap((arn) => managedPolicy(arn) ?? [])];
}

function withName(document: PolicyDocument, index: number): Policy {
  return { name: `policy-${index}`, document };
}

/** Of the queue, the bucket that an object is in, or the function that a version is of. */
function resourcePolicyOf(resource: string, { queues, buckets, functions }: Resources): PolicyDocument | undefined {
  const isIt = ({ arn }: { readonly arn: string }): boolean =>
    resource === arn || resource.startsWith(`${arn}/`) || resource.startsWith(`${arn}:`);
  return [...queues, ...buckets, ...functions].find(isIt)?.policy;
}

type Success = Exclude<Awaited<ReturnType<Simulator['runSimulation']>>, { resultType: 'error' }>;

/** AWS's own words for what made the decision. */
function reasonOf({ principal, action }: AccessRequest, result: Success): string {
  const analysis = result.resultType === 'single' ? result.result.analysis : result.results[0]?.analysis;
  if (analysis?.resourceAnalysis?.result === 'ExplicitlyDenied')
    return 'with an explicit deny in a resource-based policy';
  if (analysis?.identityAnalysis?.result === 'ExplicitlyDenied')
    return 'with an explicit deny in an identity-based policy';
  if (analysis?.blockedBy?.includes('pb')) {
    return `because no permissions boundary allows the ${action} action`;
  }
  const kind = principal.kind === 'service' ? 'resource-based' : 'identity-based';
  return `because no ${kind} policy allows the ${action} action`;
}

function describeDenial({ principal, action, resource }: AccessRequest, reason: string): string {
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
}

function toError({ principal, action, resource }: AccessRequest, errors: object): CloudError {
  return new CloudError(
    'INVALID_POLICY',
    `the policies of ${principal.arn} cannot be evaluated for ${action} on ${resource}: ${JSON.stringify(errors)}. AWS ` +
      `would refuse such policies: correct them in the stack`,
  );
}
