/** A caller of AWS. */
import type { PolicyDocument } from '../resources.ts';

export type Principal =
  /** May do everything: it is not asked about. */
  | { readonly kind: 'admin'; readonly arn: string }
  /** A session of a role of the template: a function's, by its name. */
  | { readonly kind: 'role'; readonly arn: string; readonly roleArn: string; readonly sessionName: string }
  /** A user, with the policies that it was given. */
  | { readonly kind: 'user'; readonly arn: string; readonly name: string; readonly policies: readonly PolicyDocument[] }
  /** A service of AWS, such as `events.amazonaws.com`: the resource's own policy decides. */
  | { readonly kind: 'service'; readonly arn: string };

export function adminOf(accountId: string): Principal {
  return { kind: 'admin', arn: `arn:aws:iam::${accountId}:root` };
}

/** As STS names a session: `arn:aws:sts::000000000000:assumed-role/<role>/<session>`. */
export function roleSession(roleArn: string, sessionName: string): Principal {
  const [, partition = 'aws', , , accountId = '', resource = ''] = roleArn.split(':');
  const roleName = resource.split('/').at(-1) ?? '';
  const arn = `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
  return { kind: 'role', arn, roleArn, sessionName };
}

export function userOf(name: string, accountId: string, policies: readonly PolicyDocument[]): Principal {
  return { kind: 'user', arn: `arn:aws:iam::${accountId}:user/${name}`, name, policies };
}

export function serviceOf(service: string): Principal {
  return { kind: 'service', arn: service };
}
