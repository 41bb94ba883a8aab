import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, it } from 'vitest';
import type { WorkflowEngine } from '../../infra/index.ts';
import { createEngine, permissionsOf, propertiesOf } from './synthesized.ts';

const ARN = 'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000';
const FORMER_ARN = 'arn:aws:kms:eu-central-1:123456789012:key/ffffffff-0000-4000-8000-000000000000';

const keys = new Stack();
const payloadKey = Key.fromKeyArn(keys, 'Key', ARN);
const former = Key.fromKeyArn(keys, 'Former', FORMER_ARN);

function synthesize(props: Parameters<typeof createEngine>[0] = { payloadKey }) {
  const { stack, engine } = createEngine(props);
  engine.addSchedule('nightly', { workflow: 'report', schedule: ScheduleExpression.cron({ hour: '3' }) });
  engine.addEventStart('uploads', { workflow: 'report', eventPattern: { source: ['aws.s3'] } });
  const grants = ['grantStart', 'grantSignal', 'grantRead', 'grantManage'] as const satisfies (keyof WorkflowEngine)[];
  for (const grant of grants) {
    engine[grant](new Role(stack, grant, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  }
  return { template: Template.fromStack(stack), engine };
}

/** As in `Decrypt on 0a1b`. */
function kmsOf(template: Template, role: string): string[] {
  const lines = permissionsOf(template, role).flatMap((line) => {
    const [, action = '', id = ''] = /^kms:(\S+) on arn:aws:kms:.*key\/(\w{4})\S*$/.exec(line) ?? [];
    return action === '' ? [] : [`${action} on ${id}`];
  });
  return [...new Set(lines)].sort();
}

const SEALING = ['Decrypt on 0a1b', 'GenerateDataKey on 0a1b'];

const environmentOf = (template: Template, id: string): Record<string, unknown> =>
  (propertiesOf(template, 'AWS::Lambda::Function', id)['Environment'] as { Variables: Record<string, unknown> })
    .Variables;

describe('payloadKey', () => {
  const { template, engine } = synthesize();

  it.each([
    'WorkerRole',
    'ApiFunctionRole',
    'SchedulesFunctionRole',
    'EventStartsFunctionRole',
    'grantStart',
    'grantSignal',
    'grantManage',
  ])('is there to encrypt and decrypt for %s, and for nothing else', (role) => {
    expect(kmsOf(template, role)).toEqual(SEALING);
  });

  it('is there to decrypt, and no more, for grantRead', () => {
    expect(kmsOf(template, 'grantRead')).toEqual(['Decrypt on 0a1b']);
  });

  it('is not there for the sweeper, which has nothing to do with what runs are given', () => {
    expect(kmsOf(template, 'SweeperRole')).toEqual([]);
    expect(environmentOf(template, 'Sweeper')).not.toHaveProperty('LULL_PAYLOAD_KEY');
  });

  it('comes with the right to make a data key where something is written, and to read one', () => {
    expect(permissionsOf(template, 'SchedulesFunctionRole')).toEqual(
      expect.arrayContaining(['dynamodb:BatchGetItem on WorkflowsTable', 'dynamodb:PutItem on WorkflowsTable']),
    );
    expect(permissionsOf(template, 'grantRead')).not.toContain('dynamodb:PutItem on WorkflowsTable');
  });

  it('is named to the functions, and to clients', () => {
    for (const id of ['Worker', 'ApiFunction', 'SchedulesFunction', 'EventStartsFunction']) {
      expect(environmentOf(template, id)).toMatchObject({ LULL_PAYLOAD_KEY: ARN });
    }
    expect(engine.clientEnvironment).toMatchObject({ LULL_PAYLOAD_KEY: ARN });
  });

  it('may follow others, which decrypt only', () => {
    const { template: after } = synthesize({ payloadKey, formerPayloadKeys: [former] });
    expect(kmsOf(after, 'WorkerRole')).toEqual(['Decrypt on 0a1b', 'Decrypt on ffff', 'GenerateDataKey on 0a1b']);
    expect(environmentOf(after, 'Worker')).toMatchObject({ LULL_FORMER_PAYLOAD_KEYS: FORMER_ARN });
  });

  it('cannot be left out where there are others before it', () => {
    expect(() => createEngine({ formerPayloadKeys: [former] })).toThrow(
      /formerPayloadKeys are given, and no payloadKey/,
    );
  });

  it('reads what was encrypted for names that the table had', () => {
    const { template: after } = synthesize({ payloadKey, formerTableNames: ['runs', 'older'] });
    for (const id of ['Worker', 'ApiFunction']) {
      expect(environmentOf(after, id)).toMatchObject({ LULL_FORMER_TABLE_NAMES: 'runs,older' });
    }
    expect(() => createEngine({ formerTableNames: ['runs'] })).toThrow(/formerTableNames are given, and no payloadKey/);
  });

  it('is in no permission without it', () => {
    const { template: without } = synthesize({});
    for (const role of ['WorkerRole', 'ApiFunctionRole', 'grantManage']) expect(kmsOf(without, role)).toEqual([]);
  });
});
