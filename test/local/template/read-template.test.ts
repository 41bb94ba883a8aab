/** What is read of an assembly, and what is refused. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Resources } from '../../../lib/local/resources.ts';
import { readTemplate } from '../../../lib/local/template/read-template.ts';
import { createEngine } from '../../infra/synthesized.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { ADDRESSES, functionWith, readResources, withWorker, writeAssembly } from './assembly.ts';

describe('the assembly of an engine', () => {
  let folder: string;
  let resources: Resources;

  beforeAll(() => {
    const { app } = createEngine();
    folder = app.synth().directory;
    resources = readTemplate(folder, ADDRESSES);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('has its functions, with the table and the queue of this machine in their environment', () => {
    const worker = resources.functions.find(({ name }) => name.includes('Worker'));
    const [table] = resources.tables;
    const queue = resources.queues.find(({ redrive }) => redrive !== undefined);
    expect(resources.functions).toHaveLength(3);
    expect(worker).toMatchObject({ handler: 'index.handler', timeoutMs: 300_000, memoryMb: 1024, logFormat: 'JSON' });
    expect(worker?.environment).toMatchObject({ LULL_TABLE_NAME: table?.name, LULL_QUEUE_URL: queue?.url });
    expect(resources.roles.map(({ arn }) => arn)).toContain(worker?.roleArn);
  });

  it('has the queue, which feeds the worker, and sends to the dead letters what was received too often', () => {
    const queue = resources.queues.find(({ redrive }) => redrive !== undefined);
    const dead = resources.queues.find(({ redrive }) => redrive === undefined);
    expect(queue?.redrive).toEqual({ deadLetterArn: dead?.arn, maxReceives: 5 });
    expect(resources.eventSources).toMatchObject([
      { queueArn: queue?.arn, enabled: true, batchSize: 1, maxConcurrency: 100, reportsBatchItemFailures: true },
    ]);
    expect(queue?.policy?.Statement).toHaveLength(1);
  });

  it('has the table as CreateTable takes it', () => {
    expect(resources.tables[0]?.definition).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
    expect(resources.tables[0]?.definition).not.toHaveProperty('PointInTimeRecoverySpecification');
  });

  it('has the API behind IAM, the rule of the sweeper, and who may call what', () => {
    const [api] = resources.httpApis;
    expect(api?.routes.map(({ routeKey, authorization }) => [routeKey, authorization.kind])).toEqual([
      ['GET /{proxy+}', 'iam'],
      ['POST /{proxy+}', 'iam'],
      ['DELETE /{proxy+}', 'iam'],
    ]);
    expect(api?.throttling).toEqual({ rate: 500, burst: 1000 });
    expect(resources.schedules).toMatchObject([{ source: 'events', expression: 'rate(1 minute)', enabled: true }]);
    const sweeper = resources.functions.find(({ arn }) => arn === resources.schedules[0]?.targets[0]?.functionArn);
    expect(JSON.stringify(sweeper?.policy)).toContain(resources.schedules[0]?.arn);
    expect(resources.ignored).toContain('AWS::Logs::LogGroup');
  });
});

describe('functions', () => {
  it('have versions, aliases, settings of asynchronous invocations and a limit of their own', () => {
    const { functions, eventSources } = readResources({
      Worker: functionWith({}, { FunctionName: 'worker', ReservedConcurrentExecutions: 5, Timeout: '9' }),
      First: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Worker' } } },
      Second: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Worker' } } },
      Live: {
        Type: 'AWS::Lambda::Alias',
        Properties: {
          FunctionName: { Ref: 'Worker' },
          FunctionVersion: { 'Fn::GetAtt': ['Second', 'Version'] },
          Name: 'live',
        },
      },
      Config: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Worker' },
          Qualifier: '$LATEST',
          MaximumRetryAttempts: 0,
          DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:dead' } },
        },
      },
      Feed: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:q',
          FunctionName: { Ref: 'Live' },
          Enabled: false,
        },
      },
    });
    expect(functions).toMatchObject([
      {
        name: 'worker',
        timeoutMs: 9000,
        memoryMb: 128,
        reservedConcurrency: 5,
        maxRetryAttempts: 0,
        onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
        qualifiers: [
          { name: '1', version: '1' },
          { name: '2', version: '2' },
          { name: 'live', version: '2' },
        ],
      },
    ]);
    expect(eventSources).toMatchObject([
      {
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:worker',
        qualifier: 'live',
        enabled: false,
        batchSize: 10,
      },
    ]);
  });

  it('are not made if their condition does not hold', () => {
    const other = { ...(functionWith({}) as object), Condition: 'Never' };
    const { functions } = readResources({ Other: other }, { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } });
    expect(functions.map(({ id }) => id)).toEqual(['Shop/Worker']);
  });

  it('of other runtimes are named among what does nothing', () => {
    const { functions, ignored } = readResources({ Py: functionWith({}, { Runtime: 'python3.13' }) });
    expect(functions).toHaveLength(1);
    expect(ignored).toEqual(['AWS::Lambda::Function (python3.13)']);
  });

  it('find their code by the metadata where no list of assets does', () => {
    const folder = writeAssembly({
      Shop: withWorker({
        Worker: {
          ...(functionWith({}, { Code: { S3Bucket: 'b', S3Key: 'other.zip' } }) as object),
          Metadata: { 'aws:asset:path': 'asset.code' },
        },
      }),
    });
    expect(readTemplate(folder, ADDRESSES).functions[0]?.codePath).toBe(join(folder, 'asset.code'));
  });
});

it('a role has all policies of the template that are its own, and names the others', () => {
  const document = (action: string): unknown => ({ Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
  const { roles } = readResources({
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com'] } }],
        },
        Policies: [{ PolicyName: 'inline', PolicyDocument: document('a:a') }],
        ManagedPolicyArns: [{ Ref: 'Managed' }, 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
        PermissionsBoundary: { Ref: 'Managed' },
      },
    },
    Attached: {
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyName: 'attached', PolicyDocument: document('b:b'), Roles: [{ Ref: 'Role' }] },
    },
    Managed: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document('c:c') } },
    Own: {
      Type: 'AWS::IAM::RolePolicy',
      Properties: { RoleName: { Ref: 'Role' }, PolicyName: 'own', PolicyDocument: document('d:d') },
    },
    Elsewhere: {
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyName: 'elsewhere', PolicyDocument: document('e:e'), Roles: ['other'] },
    },
  });
  expect(roles).toMatchObject([
    {
      arn: 'arn:aws:iam::000000000000:role/Shop-Role',
      services: ['lambda.amazonaws.com'],
      managedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
      boundary: { name: 'Shop-Managed' },
    },
  ]);
  expect(roles[0]?.policies.map(({ name }) => name)).toEqual(['inline', 'attached', 'own', 'Shop-Managed']);
});

it('an API has its CORS rules, and routes by who may call them', () => {
  const ofApi = { ApiId: { Ref: 'Api' } };
  const { httpApis } = readResources({
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { ProtocolType: 'HTTP', CorsConfiguration: { AllowOrigins: ['https://a.example'], MaxAge: 60 } },
    },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ...ofApi,
        IntegrationType: 'AWS_PROXY',
        PayloadFormatVersion: '2.0',
        IntegrationUri: { 'Fn::GetAtt': ['Worker', 'Arn'] },
      },
    },
    Tokens: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ...ofApi,
        AuthorizerType: 'JWT',
        JwtConfiguration: { Issuer: 'https://issuer.example', Audience: ['shop'] },
      },
    },
    Asked: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ...ofApi,
        AuthorizerType: 'REQUEST',
        EnableSimpleResponses: true,
        IdentitySource: ['$request.header.Authorization'],
        AuthorizerUri: {
          'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations',
        },
      },
    },
    ...Object.fromEntries(
      Object.entries({
        Open: {},
        Jwt: { AuthorizationType: 'JWT', AuthorizerId: { Ref: 'Tokens' }, AuthorizationScopes: ['write'] },
        Custom: { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Asked' } },
      }).map(([name, properties]) => [
        name,
        {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: {
            ...ofApi,
            ...{ RouteKey: `GET /${name}`, Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] } },
            ...properties,
          },
        },
      ]),
    ),
  });
  const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:Shop-Worker';
  expect(httpApis).toMatchObject([
    {
      url: 'http://127.0.0.1:5000/Shop/Api',
      cors: { allowOrigins: ['https://a.example'], allowMethods: [], allowCredentials: false, maxAgeSeconds: 60 },
      routes: [
        { routeKey: 'GET /Open', functionArn, authorization: { kind: 'none' } },
        {
          routeKey: 'GET /Jwt',
          authorization: { kind: 'jwt', issuer: 'https://issuer.example', audience: ['shop'], scopes: ['write'] },
        },
        {
          routeKey: 'GET /Custom',
          authorization: {
            ...{ kind: 'lambda', functionArn, simpleResponses: true },
            identitySources: ['$request.header.Authorization'],
          },
        },
      ],
    },
  ]);
});

it('a schedule calls its function with an input, in its time zone', () => {
  const { schedules: rules } = readResources({
    Nightly: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'cron(0 3 * * ? *)',
        ScheduleExpressionTimezone: 'Europe/Berlin',
        State: 'DISABLED',
        Target: {
          Arn: { 'Fn::GetAtt': ['Worker', 'Arn'] },
          Input: '{"at":"<aws.scheduler.scheduled-time>"}',
          RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
          RetryPolicy: { MaximumRetryAttempts: 10 },
        },
      },
    },
  });
  expect(rules).toEqual([
    {
      id: 'Shop/Nightly',
      name: 'Shop-Nightly',
      arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/Shop-Nightly',
      source: 'scheduler',
      expression: 'cron(0 3 * * ? *)',
      timezone: 'Europe/Berlin',
      enabled: false,
      targets: [
        {
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Shop-Worker',
          input: '{"at":"<aws.scheduler.scheduled-time>"}',
          roleArn: 'arn:aws:iam::000000000000:role/scheduler',
          maxRetryAttempts: 10,
        },
      ],
    },
  ]);
});

it('what does nothing here is named once', () => {
  const alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: { Broken: { 'Fn::Unheard': 1 } } };
  expect(readResources({ One: alarm, Two: alarm, Fifo: FIFO }).ignored).toEqual([
    'AWS::CloudWatch::Alarm',
    'AWS::SQS::Queue (FIFO)',
  ]);
});

const FIFO = { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } };

describe('is refused, with what to do', () => {
  it.each<[string, () => unknown, string, string]>([
    [
      'a folder that is not there',
      () => readTemplate('no/such/cdk.out', ADDRESSES),
      'ASSEMBLY_NOT_FOUND',
      'npx cdk synth',
    ],
    [
      'a folder that is no assembly',
      () => readTemplate(temporaryFolder(), ADDRESSES),
      'ASSEMBLY_NOT_FOUND',
      'manifest.json',
    ],
    [
      'an assembly without a stack',
      () => readTemplate(writeAssembly({}), ADDRESSES),
      'ASSEMBLY_NOT_FOUND',
      'holds no stack',
    ],
    ['a stack without a function', () => readResources({ Worker: FIFO }), 'NO_FUNCTION', 'there is nothing to run'],
    [
      'a stack without an engine',
      () => readResources({ Worker: functionWith({}, { Environment: {} }) }),
      'NO_ENGINE',
      'none of a WorkflowEngine',
    ],
    [
      'a nested stack',
      () => readResources({ Inner: { Type: 'AWS::CloudFormation::Stack' } }),
      'NOT_SUPPORTED',
      'Inner is a nested stack',
    ],
    [
      'code that nothing leads to',
      () => readResources({ Worker: functionWith({}, { Code: { S3Key: 'x.zip' } }) }),
      'ASSET_NOT_FOUND',
      'nothing beside the template says where x.zip is',
    ],
    [
      'code in the template',
      () => readResources({ Worker: functionWith({}, { Code: { ZipFile: 'exports.handler = 1' } }) }),
      'NOT_SUPPORTED',
      'put the code into a file',
    ],
    [
      'a filter of messages',
      () =>
        readResources({
          Feed: {
            Type: 'AWS::Lambda::EventSourceMapping',
            Properties: { EventSourceArn: 'arn:aws:sqs:r:a:q', FunctionName: 'w', FilterCriteria: { Filters: [] } },
          },
        }),
      'NOT_SUPPORTED',
      'Resources.Feed.Properties.FilterCriteria',
    ],
  ])('%s', (_name, read, code, message) => {
    expect(read).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
    );
  });

  it('code whose folder is gone', () => {
    const folder = writeAssembly({ Shop: withWorker({}) });
    rmSync(join(folder, 'asset.code'), { recursive: true });
    expect(() => readTemplate(folder, ADDRESSES)).toThrow(/there is no .*asset\.code: run `npx cdk synth` again/);
  });

  it('a template that is no JSON', () => {
    const folder = writeAssembly({ Shop: withWorker({}) });
    writeFileSync(join(folder, 'Shop.template.json'), '{');
    expect(() => readTemplate(folder, ADDRESSES)).toThrow(/Shop\.template\.json cannot be read/);
  });
});
