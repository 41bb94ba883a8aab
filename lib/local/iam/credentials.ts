/** Keys of the principals of a cloud, made at each start. A function has those of a session of its role. */
import { randomBytes } from 'node:crypto';
import type { PolicyDocument, Resources } from '../resources.ts';
import { adminOf, roleSession, userOf, type Principal } from './principal.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Those of a role have one, and it has to come with each request. */
  readonly sessionToken?: string;
}

export interface IssuedCredentials extends Credentials {
  readonly principal: Principal;
}

export interface CredentialStore {
  /** May do everything. */
  readonly admin: IssuedCredentials;
  /** Of a session of a role, the same each time: a function's session bears the function's name. */
  ofRole(roleArn: string, sessionName: string): IssuedCredentials;
  /** Of a user who may do what these policies say: the first time they are needed, later ones are the same. */
  ofUser(name: string, policies?: readonly PolicyDocument[]): IssuedCredentials;
  find(accessKeyId: string): IssuedCredentials | undefined;
}

export function createCredentials({ accountId }: Pick<Resources, 'accountId'>): CredentialStore {
  const byKey = new Map<string, IssuedCredentials>();
  const byArn = new Map<string, IssuedCredentials>();
  const issue = (principal: Principal): IssuedCredentials => {
    const known = byArn.get(principal.arn);
    if (known) return known;
    const issued = principal.kind === 'role' ? newSession(principal) : newKeys('AKIA', principal);
    byKey.set(issued.accessKeyId, issued);
    byArn.set(principal.arn, issued);
    return issued;
  };
  return {
    admin: issue(adminOf(accountId)),
    ofRole: (roleArn, sessionName) => issue(roleSession(roleArn, sessionName)),
    ofUser: (name, policies = []) => issue(userOf(name, accountId, policies)),
    find: (accessKeyId) => byKey.get(accessKeyId),
  };
}

function newKeys(prefix: string, principal: Principal): IssuedCredentials {
  const accessKeyId = prefix + randomBytes(8).toString('hex').toUpperCase();
  return { accessKeyId, secretAccessKey: randomBytes(30).toString('base64url'), principal };
}

function newSession(principal: Principal): IssuedCredentials {
  return { ...newKeys('ASIA', principal), sessionToken: randomBytes(48).toString('base64') };
}
