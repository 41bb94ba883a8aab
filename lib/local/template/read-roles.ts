/** Roles, and all policies of the template that are theirs. */
import type { RoleResource } from '../resources.ts';
import { isObject, listOf, textOf } from '../json.ts';
import type { MadeResource, MadeResources } from './made-resource.ts';

interface NamedPolicy {
  readonly name: string;
  readonly document: unknown;
}

export function readRoles(resources: MadeResources): RoleResource[] {
  const managed = resources.ofType('AWS::IAM::ManagedPolicy');
  const attached = [...resources.ofType('AWS::IAM::Policy'), ...managed];
  const inline = resources.ofType('AWS::IAM::RolePolicy');
  const ofTemplate = new Map(managed.map((policy) => [policy.reference, toPolicy(policy)]));
  return resources.ofType('AWS::IAM::Role').map((role) => {
    const arns = [...new Set(role.list('ManagedPolicyArns').map(textOf))];
    const boundary = ofTemplate.get(role.text('PermissionsBoundary'));
    const policies = [
      ...role.list('Policies').filter(isObject).map(toInlinePolicy),
      ...attached.filter((policy) => policy.list('Roles').includes(role.name)).map(toPolicy),
      ...inline.filter((policy) => policy.text('RoleName') === role.name).map(toPolicy),
      ...arns.flatMap((arn) => ofTemplate.get(arn) ?? []),
    ];
    return {
      id: role.id,
      name: role.name,
      arn: role.arn,
      policies,
      managedPolicyArns: arns.filter((arn) => !ofTemplate.has(arn)),
      services: servicesOf(role),
      ...(boundary ? { boundary } : {}),
    };
  });
}

function toPolicy(policy: MadeResource): NamedPolicy {
  return { name: policy.text('PolicyName') || policy.name, document: policy.value('PolicyDocument') };
}

function toInlinePolicy(policy: Record<string, unknown>): NamedPolicy {
  return { name: textOf(policy['PolicyName']), document: policy['PolicyDocument'] };
}

function servicesOf(role: MadeResource): string[] {
  const statements = listOf(role.object('AssumeRolePolicyDocument')['Statement']).filter(isObject);
  return statements.flatMap(({ Effect, Principal }) =>
    Effect === 'Allow' && isObject(Principal) ? listOf(Principal['Service']).map(textOf) : [],
  );
}
