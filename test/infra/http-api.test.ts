import { RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CorsHttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../lib/http/api.ts';
import { callbackRoutes } from '../../lib/http/callback-routes.ts';
import { createEngine, nameOf, propertiesOf, synthesize } from './synthesized.ts';

interface Route {
  readonly RouteKey: string;
  readonly AuthorizationType: string;
}

function routesOf(template: Template): Route[] {
  const routes = template.findResources('AWS::ApiGatewayV2::Route') as Record<string, { Properties: Route }>;
  return Object.values(routes).map(({ Properties }) => Properties);
}

describe('public callbacks', () => {
  const open = ({ RouteKey, AuthorizationType }: Route): string => `${RouteKey} ${AuthorizationType}`;

  test('open the three routes of callbacks to everybody, and no other', () => {
    const template = synthesize({ publicCallbacks: true });
    expect(routesOf(template).map(open).sort()).toEqual([
      'DELETE /{proxy+} AWS_IAM',
      'GET /{proxy+} AWS_IAM',
      'POST /callbacks/{token} NONE',
      'POST /callbacks/{token}/fail NONE',
      'POST /callbacks/{token}/heartbeat NONE',
      'POST /{proxy+} AWS_IAM',
    ]);
    expect(callbackRoutes.map(({ path }) => `POST ${path} NONE`)).toEqual(
      routesOf(template)
        .map(open)
        .filter((route) => route.endsWith('NONE')),
    );
  });

  test('tell the worker the address, the API’s own or the given one', () => {
    const urlOf = (template: Template): unknown =>
      (propertiesOf(template, 'AWS::Lambda::Function', 'Worker') as { Environment: { Variables: object } }).Environment
        .Variables['LULL_PUBLIC_URL' as never];
    expect(nameOf(urlOf(synthesize({ publicCallbacks: true })))).toMatch(/^WorkflowsApi/);
    expect(urlOf(synthesize({ publicCallbacks: { url: 'https://api.example.com' } }))).toBe('https://api.example.com');
    expect(urlOf(synthesize())).toBeUndefined();
  });

  test.each(['http://api.example.com', 'https://api.example.com/', 'api', ''])('refuse the url %j', (url) => {
    expect(() => synthesize({ publicCallbacks: { url } })).toThrow(/publicCallbacks has the url/);
  });
});

describe('the API of an engine without props', () => {
  let template: Template;

  beforeAll(() => {
    template = synthesize();
  });

  test('takes signed requests only, on every route', () => {
    const routes = routesOf(template);
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual([
      'DELETE /{proxy+}',
      'GET /{proxy+}',
      'POST /{proxy+}',
    ]);
    expect(new Set(routes.map(({ AuthorizationType }) => AuthorizationType))).toEqual(new Set(['AWS_IAM']));
  });

  test('lets through the methods of lull’s routes', () => {
    const methods = new Set(ROUTES.map(({ method }) => method));
    expect(
      routesOf(template)
        .map(({ RouteKey }) => RouteKey.split(' ')[0])
        .sort(),
    ).toEqual([...methods].sort());
  });

  test('hands over events of the payload format that the API function reads', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0' });
  });

  test('is throttled, and logs who called what', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000, DetailedMetricsEnabled: true },
      AccessLogSettings: { Format: Match.stringLikeRegexp('\\$context.identity.userArn') },
    });
  });

  test('is named after its stack and its engine, so that an account with many engines can tell them apart', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { Name: 'Shop-Workflows' });
  });

  test('keeps its access log when the stack is deleted, unless the data are to go too', () => {
    const accessLog = (found: Template): unknown[] =>
      Object.entries(found.findResources('AWS::Logs::LogGroup'))
        .filter(([id]) => id.includes('ApiAccessLog'))
        .map(([, resource]) => (resource as { DeletionPolicy?: unknown }).DeletionPolicy);
    expect(accessLog(template)).toEqual(['Retain']);
    expect(accessLog(synthesize({ removalPolicy: RemovalPolicy.DESTROY }))).toEqual(['Delete']);
  });

  test('may be called from no other page', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: Match.absent() });
  });

  test('has an address without a slash at its end', () => {
    const { stack, engine } = createEngine();
    expect(stack.resolve(engine.url)).toEqual({ 'Fn::GetAtt': [expect.stringContaining('Api'), 'ApiEndpoint'] });
  });
});

describe('the API', () => {
  test('takes a JWT where it is asked to, with its scopes', () => {
    const authorizer = new HttpJwtAuthorizer('Login', 'https://login.example', { jwtAudience: ['shop'] });
    const template = synthesize({ api: { authorizer, authorizationScopes: ['workflows'] } });
    expect(routesOf(template)).toHaveLength(3);
    template.allResourcesProperties('AWS::ApiGatewayV2::Route', {
      AuthorizationType: 'JWT',
      AuthorizationScopes: ['workflows'],
    });
  });

  test('is open only where that is asked for by name', () => {
    const template = synthesize({ api: { authorizer: new HttpNoneAuthorizer() } });
    expect(new Set(routesOf(template).map(({ AuthorizationType }) => AuthorizationType))).toEqual(new Set(['NONE']));
  });

  test('takes other limits, and pages that may call it', () => {
    const cors = { allowOrigins: ['https://shop.example'], allowMethods: [CorsHttpMethod.POST] };
    const template = synthesize({ api: { cors, throttle: { rateLimit: 5, burstLimit: 10 } } });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: { AllowOrigins: ['https://shop.example'], AllowMethods: ['POST'] },
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 },
    });
  });
});
