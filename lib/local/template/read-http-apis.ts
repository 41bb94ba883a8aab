/** HTTP APIs of API Gateway, with their routes to functions and who may call them. */
import type { HttpApiResource, RouteResource } from '../resources.ts';
import type { CloudEnvironment } from './environment.ts';
import { isObject, listOf, textOf } from '../json.ts';
import type { MadeResource, MadeResources } from './made-resource.ts';
import { toFunctionReference } from './read-functions.ts';
import type { CloudAddresses } from './resource-identity.ts';

/** WebSocket APIs do nothing here. */
export function readHttpApis(
  resources: MadeResources,
  environment: CloudEnvironment,
  addresses: CloudAddresses,
): HttpApiResource[] {
  const parts = {
    integrations: resources.ofType('AWS::ApiGatewayV2::Integration'),
    authorizers: resources.ofType('AWS::ApiGatewayV2::Authorizer'),
    environment,
  };
  const routes = resources.ofType('AWS::ApiGatewayV2::Route');
  const stages = resources.ofType('AWS::ApiGatewayV2::Stage');
  return resources.ofType('AWS::ApiGatewayV2::Api').flatMap((api) => {
    if (api.text('ProtocolType') !== 'HTTP') {
      resources.ignore(api, api.text('ProtocolType'));
      return [];
    }
    const apiId = api.reference;
    const isPart = (part: MadeResource): boolean => part.text('ApiId') === apiId;
    const cors = corsOf(api);
    const stage = stages.find(isPart);
    const throttling = throttlingOf(stage);
    const accessLogFormat = textOf(stage?.object('AccessLogSettings')['Format']);
    return {
      id: api.id,
      apiId,
      url: addresses.apiUrl(api.id),
      arn: `arn:${environment.partition}:execute-api:${environment.region}:${environment.accountId}:${apiId}`,
      routes: routes.filter(isPart).map((route) => toRoute(route, parts)),
      ...(cors ? { cors } : {}),
      ...(throttling ? { throttling } : {}),
      ...(accessLogFormat ? { accessLogFormat } : {}),
    };
  });
}

interface ApiParts {
  readonly integrations: readonly MadeResource[];
  readonly authorizers: readonly MadeResource[];
  readonly environment: CloudEnvironment;
}

function toRoute(route: MadeResource, parts: ApiParts): RouteResource {
  const target = route.text('Target').replace(/^integrations\//, '');
  const integration = parts.integrations.find(
    (candidate) => candidate.reference === target && candidate.file === route.file,
  );
  if (integration?.text('IntegrationType') !== 'AWS_PROXY' || integration.text('IntegrationSubtype') !== '') {
    route.fail('NOT_SUPPORTED', 'Target', `${route.text('RouteKey')} does not lead to a function, as routes do here`);
  }
  if (integration.text('PayloadFormatVersion') !== '2.0') {
    integration.fail('NOT_SUPPORTED', 'PayloadFormatVersion', 'a function is called with format 2.0 here: set "2.0"');
  }
  return {
    routeKey: route.text('RouteKey'),
    authorization: authorizationOf(route, parts),
    ...toFunctionReference(integration.text('IntegrationUri'), parts.environment),
  };
}

function authorizationOf(route: MadeResource, { authorizers, environment }: ApiParts): RouteResource['authorization'] {
  const type = route.text('AuthorizationType');
  if (type === '' || type === 'NONE') return { kind: 'none' };
  if (type === 'AWS_IAM') return { kind: 'iam' };
  const id = route.text('AuthorizerId');
  const authorizer = authorizers.find((candidate) => candidate.reference === id && candidate.file === route.file);
  if (!authorizer) return route.fail('INVALID_TEMPLATE', 'AuthorizerId', `there is no authorizer ${id}`);
  if (type === 'JWT') {
    const { Issuer, Audience } = authorizer.object('JwtConfiguration');
    const scopes = route.list('AuthorizationScopes').map(textOf);
    return {
      kind: 'jwt',
      issuer: textOf(Issuer),
      audience: listOf(Audience).map(textOf),
      ...(scopes.length > 0 ? { scopes } : {}),
    };
  }
  return {
    kind: 'lambda',
    functionArn: toFunctionReference(authorizer.text('AuthorizerUri'), environment).functionArn,
    simpleResponses: authorizer.text('EnableSimpleResponses') === 'true',
    identitySources: authorizer.list('IdentitySource').map(textOf),
  };
}

function corsOf(api: MadeResource): HttpApiResource['cors'] {
  const cors = api.value('CorsConfiguration');
  if (!isObject(cors)) return undefined;
  const list = (name: string): string[] => listOf(cors[name]).map(textOf);
  return {
    allowOrigins: list('AllowOrigins'),
    allowMethods: list('AllowMethods'),
    allowHeaders: list('AllowHeaders'),
    exposeHeaders: list('ExposeHeaders'),
    allowCredentials: textOf(cors['AllowCredentials']) === 'true',
    maxAgeSeconds: Number(textOf(cors['MaxAge'])),
  };
}

function throttlingOf(stage: MadeResource | undefined): HttpApiResource['throttling'] {
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = stage?.object('DefaultRouteSettings') ?? {};
  if (rate === undefined || burst === undefined) return undefined;
  return { rate: Number(textOf(rate)), burst: Number(textOf(burst)) };
}
