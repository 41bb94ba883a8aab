/** Nobody gets past the gateway unless somebody said so by name: read off the synthesized template. */
import { HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpJwtAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { User } from 'aws-cdk-lib/aws-iam';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { ExampleStack } from '../../infra/example-stack.ts';
import { ROUTES } from '../../lib/http/api.ts';
import { WorkflowEngine } from '../../infra/index.ts';
import { createApp, createEngine, ENTRY, synthesize } from './synthesized.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

function resourcesOf(template: Template): Resource[] {
  return Object.values((template.toJSON() as { Resources: Record<string, Resource> }).Resources);
}

interface GatewayRoute {
  readonly RouteKey: string;
  readonly AuthorizationType?: string;
  readonly AuthorizerId?: unknown;
}

function routesOf(template: Template): GatewayRoute[] {
  return resourcesOf(template)
    .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route')
    .map(({ Properties }) => Properties as unknown as GatewayRoute);
}

/** Which route of the gateway takes a request: a greedy one of the same method. */
function routeFor(template: Template, method: string, path: string): GatewayRoute | undefined {
  return routesOf(template).find(({ RouteKey }) => {
    const [routeMethod, routePath = ''] = RouteKey.split(' ');
    const pattern = routePath.replace(/\{\w+\+\}/, '.+').replace(/\{\w+\}/g, '[^/]+');
    return (routeMethod === method || routeMethod === 'ANY') && new RegExp(`^${pattern}$`).test(path);
  });
}

/** All that the API function answers. */
const SERVED = [...ROUTES.map(({ method, path }) => [method, path] as const), ['GET', '/openapi.json'] as const];

describe.each([
  ['an engine without props', () => synthesize(), 'AWS_IAM'],
  [
    'one with a JWT',
    () =>
      synthesize({
        api: { authorizer: new HttpJwtAuthorizer('Login', 'https://login.example', { jwtAudience: ['shop'] }) },
      }),
    'JWT',
  ],
  ['the example app', () => Template.fromStack(new ExampleStack(createApp(), 'Example')), 'AWS_IAM'],
])('%s', (_what, synth, type) => {
  const template = synth();

  it.each(SERVED)('lets nobody at %s %s who has not shown who they are', (method, path) => {
    expect(routeFor(template, method, path.replace(/\{\w+\}/g, 'x'))?.AuthorizationType).toBe(type);
  });

  it('has no route without an authorizer', () => {
    expect(routesOf(template).length).toBeGreaterThan(0);
    expect(routesOf(template).filter((route) => route.AuthorizationType !== type)).toEqual([]);
  });

  it('has no other door to its functions: no function URL, no REST API, no catch-all route, nobody else who may invoke them', () => {
    const all = resourcesOf(template);
    const types = new Set(all.map(({ Type }) => Type));
    for (const door of ['AWS::Lambda::Url', 'AWS::ApiGateway::RestApi', 'AWS::ElasticLoadBalancingV2::LoadBalancer']) {
      expect(types.has(door)).toBe(false);
    }
    expect(routesOf(template).some(({ RouteKey }) => RouteKey === '$default')).toBe(false);
    const invokers = all.filter(({ Type }) => Type === 'AWS::Lambda::Permission').map(({ Properties }) => Properties);
    for (const { Principal, SourceArn } of invokers) {
      expect(['apigateway.amazonaws.com', 'events.amazonaws.com', 'scheduler.amazonaws.com']).toContain(Principal);
      expect(SourceArn, 'whoever uses the service could invoke it').toBeDefined();
    }
  });

  it('shares its table, queues and bucket with nobody, and takes no unencrypted connection', () => {
    const all = resourcesOf(template);
    for (const { Properties } of all.filter(
      ({ Type }) => Type === 'AWS::SQS::QueuePolicy' || Type === 'AWS::S3::BucketPolicy',
    )) {
      const { Statement } = Properties['PolicyDocument'] as {
        Statement: { Effect: string; Principal?: unknown; Condition?: unknown }[];
      };
      for (const statement of Statement) {
        if (statement.Effect === 'Allow') expect(JSON.stringify(statement.Principal)).not.toContain('"*"');
      }
      expect(Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
    for (const { Properties } of all.filter(({ Type }) => Type === 'AWS::DynamoDB::Table')) {
      expect(Properties).not.toHaveProperty('ResourcePolicy');
    }
    for (const { Properties } of all.filter(({ Type }) => Type === 'AWS::S3::Bucket')) {
      expect(Properties).toHaveProperty('PublicAccessBlockConfiguration', {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(Properties).toHaveProperty('BucketEncryption');
    }
  });
});

it('an engine is open where HttpNoneAuthorizer is given, and nowhere else', () => {
  const open = synthesize({ api: { authorizer: new HttpNoneAuthorizer() } });
  expect(new Set(routesOf(open).map(({ AuthorizationType }) => AuthorizationType))).toEqual(new Set(['NONE']));
});

it('a Lambda authorizer is asked on every route', () => {
  const stack = new Stack(createApp(), 'Shop');
  const doorman = new Function(stack, 'Doorman', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ isAuthorized: false })'),
  });
  const authorizer = new HttpLambdaAuthorizer('Ask', doorman, { responseTypes: [HttpLambdaResponseType.SIMPLE] });
  new WorkflowEngine(stack, 'Workflows', { entry: ENTRY, api: { authorizer } });
  const routes = routesOf(Template.fromStack(stack));
  expect(routes.length).toBeGreaterThan(0);
  for (const route of routes) {
    expect(route.AuthorizationType).toBe('CUSTOM');
    expect(route.AuthorizerId).toBeDefined();
  }
});

it('who may call the API may not touch what is behind it', () => {
  const { stack, engine } = createEngine();
  const user = new User(stack, 'Caller');
  engine.grantInvokeApi(user);
  const policies = resourcesOf(Template.fromStack(stack)).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::Policy' && JSON.stringify(Properties['Users'] ?? '').includes('Caller'),
  );
  const statements = policies.flatMap(({ Properties }) => {
    return (Properties['PolicyDocument'] as { Statement: { Action: string | string[] }[] }).Statement;
  });
  expect(statements.flatMap(({ Action }) => Action)).toEqual(['execute-api:Invoke']);
});
