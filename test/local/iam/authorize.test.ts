/** Who may do what, by the policies of a template. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthorizer, type AccessRequest, type Authorizer } from '../../../lib/local/iam/authorize.ts';
import { adminOf, roleSession, serviceOf, userOf, type Principal } from '../../../lib/local/iam/principal.ts';
import type { Resources } from '../../../lib/local/resources.ts';
import { readSmallShop } from '../services/small-shop.ts';
import { whenAllIsOver } from '../temporary-folder.ts';

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/Shop-Orders';
const queue = 'arn:aws:sqs:us-east-1:000000000000:Shop-Jobs';
const mailer = 'arn:aws:lambda:us-east-1:000000000000:function:Shop-Mailer';

const whenDone = whenAllIsOver();
let resources: Resources;
let worker: Principal;
let authorizer: Authorizer;

beforeAll(() => {
  resources = readSmallShop('http://127.0.0.1:1', whenDone);
  worker = roleSession(resources.roles[0]!.arn, 'Shop-Worker');
  authorizer = createAuthorizer(resources);
});

const ask = (request: Omit<AccessRequest, 'principal'>, principal = worker) =>
  authorizer.isAllowed({ principal, ...request });

describe('a role', () => {
  it('may do what its policies say', async () => {
    expect(await ask({ action: 'dynamodb:PutItem', resource: table })).toEqual({ kind: 'allowed' });
    expect(await ask({ action: 'dynamodb:Query', resource: `${table}/index/by-day` })).toEqual({ kind: 'allowed' });
  });

  it("may do nothing else, and is told so in AWS's words", async () => {
    expect(await ask({ action: 'dynamodb:DeleteItem', resource: table })).toEqual({
      kind: 'denied',
      message:
        'User: arn:aws:sts::000000000000:assumed-role/Shop-Role/Shop-Worker is not authorized to perform: ' +
        `dynamodb:DeleteItem on resource: ${table} because no identity-based policy allows the dynamodb:DeleteItem action`,
    });
    expect(await ask({ action: 'dynamodb:Query', resource: table })).toMatchObject({ kind: 'denied' });
  });

  it('may not do what the policy of the resource denies, unless its condition does not hold', async () => {
    expect(await ask({ action: 'sqs:SendMessage', resource: queue })).toEqual({ kind: 'allowed' });
    expect(await ask({ action: 'sqs:PurgeQueue', resource: queue })).toMatchObject({
      message: expect.stringMatching(/with an explicit deny in a resource-based policy$/) as string,
    });
    const context = { 'aws:SecureTransport': 'false' };
    expect(await ask({ action: 'sqs:SendMessage', resource: queue, context })).toMatchObject({ kind: 'denied' });
  });

  it('reaches a bucket that wants a TLS of today, as all of AWS is reached', async () => {
    const request = { action: 's3:PutObject', resource: 'arn:aws:s3:::shop-files/orders/1' };
    expect(await ask(request)).toEqual({ kind: 'allowed' });
    expect(await ask({ ...request, context: { 's3:TlsVersion': '1.1' } })).toMatchObject({ kind: 'denied' });
  });

  it('may do no more than its boundary says', async () => {
    const document = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'dynamodb:Get*', Resource: '*' }],
    };
    const roles = resources.roles.map((role) => ({ ...role, boundary: { name: 'limit', document } }));
    const { isAllowed } = createAuthorizer({ ...resources, roles });
    const request = { principal: worker, resource: table };
    expect(await isAllowed({ ...request, action: 'dynamodb:GetItem' })).toEqual({ kind: 'allowed' });
    expect(await isAllowed({ ...request, action: 'dynamodb:PutItem' })).toMatchObject({ kind: 'denied' });
  });

  it('may do what managed policies of AWS say; those that nobody knows here are named', async () => {
    const managed = 'arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole';
    const unknown = 'arn:aws:iam::aws:policy/SomethingElse';
    const roles = resources.roles.map((role) => ({ ...role, policies: [], managedPolicyArns: [managed, unknown] }));
    const { isAllowed, unknownPolicies } = createAuthorizer({ ...resources, roles });
    const request = { principal: worker, resource: queue };
    expect(await isAllowed({ ...request, action: 'sqs:ReceiveMessage' })).toEqual({ kind: 'allowed' });
    expect(await isAllowed({ ...request, action: 'sqs:SendMessage' })).toMatchObject({ kind: 'denied' });
    expect(unknownPolicies).toEqual([unknown]);
  });
});

describe('others', () => {
  it('an admin may do everything', async () => {
    expect(await ask({ action: 'dynamodb:DeleteTable', resource: table }, adminOf('000000000000'))).toEqual({
      kind: 'allowed',
    });
  });

  it('a user may do what the policies say that it was given', async () => {
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: queue }] };
    const [alice, bob] = [userOf('alice', '000000000000', [policy]), userOf('bob', '000000000000', [])];
    expect(await ask({ action: 'sqs:SendMessage', resource: queue }, alice)).toEqual({ kind: 'allowed' });
    expect(await ask({ action: 'sqs:SendMessage', resource: queue }, bob)).toMatchObject({
      message: expect.stringContaining('User: arn:aws:iam::000000000000:user/bob is not authorized') as string,
    });
  });

  it('a service may call a function that has a permission for it and for what it calls on behalf of', async () => {
    const from = (rule: string) => ({
      action: 'lambda:InvokeFunction',
      resource: mailer,
      context: { 'aws:SourceArn': `arn:aws:events:us-east-1:000000000000:rule/${rule}` },
    });
    const events = serviceOf('events.amazonaws.com');
    expect(await ask(from('nightly'), events)).toEqual({ kind: 'allowed' });
    expect(await ask(from('other'), events)).toMatchObject({ kind: 'denied' });
    expect(await ask(from('nightly'), serviceOf('s3.amazonaws.com'))).toMatchObject({ kind: 'denied' });
  });
});

it('each answer is counted, by who asked for what, and denials are told', async () => {
  const denied: string[] = [];
  const counting = createAuthorizer(resources, { onDenied: ({ action }) => denied.push(action) });
  const request = { principal: worker, resource: table };
  for (let times = 0; times < 3; times += 1) await counting.isAllowed({ ...request, action: 'dynamodb:GetItem' });
  await counting.isAllowed({ ...request, action: 'dynamodb:Scan' });
  const principal = worker.arn;
  expect(counting.calls()).toEqual([
    { principal, action: 'dynamodb:GetItem', allowed: 3, denied: 0 },
    { principal, action: 'dynamodb:Scan', allowed: 0, denied: 1 },
  ]);
  expect(denied).toEqual(['dynamodb:Scan']);
});

it('a policy that AWS would refuse is an error, and no denial', async () => {
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Maybe', Action: 'sqs:*', Resource: '*' }] };
  const roles = resources.roles.map((role) => ({ ...role, policies: [{ name: 'broken', document }] }));
  const asking = createAuthorizer({ ...resources, roles }).isAllowed({
    ...{ principal: worker, action: 'sqs:SendMessage', resource: queue },
  });
  await expect(asking).rejects.toMatchObject({ code: 'INVALID_POLICY' });
});
