/** The HTTP API in front of the API function: its authorizer, its throttle, its CORS, and its access log. */
import { Duration, Token } from 'aws-cdk-lib';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
  type CorsPreflightOptions,
  type IHttpRouteAuthorizer,
  type ThrottleSettings,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { createLogGroup } from './create-log-group.ts';
import { engineNameOf } from './engine-metrics.ts';
import { MANAGE_OPERATIONS, OPERATIONS } from './grants.ts';
import { turnEnvironment } from './worker.ts';
import { createFunction, type EngineParts } from './workflow-function.ts';
import type { WorkflowEngineProps } from './workflow-engine-props.ts';

/** Which callers the API lets in, and how often. */
export interface WorkflowApiOptions {
  /**
   * The authorizer, such as one of `aws-cdk-lib/aws-apigatewayv2-authorizers` (JWT, Cognito, Lambda), or
   * `new HttpNoneAuthorizer()`, which lets in every caller that knows the address.
   *
   * @default new HttpIamAuthorizer() - requests are signed with AWS credentials that may call it: see `grantInvokeApi`
   */
  readonly authorizer?: IHttpRouteAuthorizer;
  /**
   * Scopes of which a JWT must have one.
   *
   * @default - none
   */
  readonly authorizationScopes?: readonly string[];
  /**
   * Which pages in a browser may call it.
   *
   * @default - none but its own
   */
  readonly cors?: CorsPreflightOptions;
  /**
   * Requests a second, and at once: more are answered with 429.
   *
   * @default - rateLimit 500, burstLimit 1000
   */
  readonly throttle?: ThrottleSettings;
}

/** Those of lull's routes. Without OPTIONS: the gateway answers preflights itself. */
const METHODS = [HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE];

export function createHttpApi(
  scope: Construct,
  parts: EngineParts,
  version: string | undefined,
): { apiFunction: NodejsFunction; api: HttpApi } {
  const { api: options = {}, apiOptions, firstTurnInApi = false } = parts.props;
  const { authorizer = new HttpIamAuthorizer(), authorizationScopes, cors, throttle = THROTTLE } = options;
  const apiFunction = createFunction(scope, 'ApiFunction', parts, {
    handler: 'api',
    description: 'Starts runs, and talks to them, over HTTP',
    memorySize: 512,
    timeout: Duration.seconds(29), // the gateway waits for 30 s
    ...(firstTurnInApi ? { environment: { ...turnEnvironment(parts.props, version), LULL_FIRST_TURNS: 'true' } } : {}),
    options: apiOptions,
    hasFrames: true, // it says where runs wait, and what their variables hold
    operations: firstTurnInApi ? [...MANAGE_OPERATIONS, ...OPERATIONS.worker] : MANAGE_OPERATIONS,
  });
  const api = new HttpApi(scope, 'Api', {
    apiName: apiNameOf(scope),
    description: 'Runs of workflows: GET /openapi.json describes the routes',
    createDefaultStage: false,
    ...(cors ? { corsPreflight: cors } : {}),
  });
  const integration = new HttpLambdaIntegration('Integration', apiFunction);
  api.addRoutes({
    path: '/{proxy+}',
    methods: METHODS,
    integration,
    authorizer,
    ...(authorizationScopes ? { authorizationScopes: [...authorizationScopes] } : {}),
  });
  if (publicUrlOf(parts.props, api) !== undefined) {
    for (const path of CALLBACK_PATHS) {
      api.addRoutes({ path, methods: [HttpMethod.POST], integration, authorizer: new HttpNoneAuthorizer() });
    }
  }
  const log = createLogGroup(scope, 'ApiAccessLog', parts.props);
  new HttpStage(scope, 'ApiStage', {
    httpApi: api,
    autoDeploy: true,
    throttle,
    detailedMetricsEnabled: true,
    accessLogSettings: { destination: new LogGroupLogDestination(log), format: ACCESS_LOG_FORMAT },
  });
  return { apiFunction, api };
}

/** Those of lib/http/callback-routes.ts. */
const CALLBACK_PATHS = ['/callbacks/{token}', '/callbacks/{token}/fail', '/callbacks/{token}/heartbeat'];

/** Where callbacks are completed without credentials; undefined for nowhere. */
export function publicUrlOf({ publicCallbacks }: WorkflowEngineProps, api: HttpApi): string | undefined {
  if (publicCallbacks === undefined || publicCallbacks === false) return undefined;
  return publicCallbacks === true ? api.apiEndpoint : publicCallbacks.url;
}

/** What API Gateway takes. */
const LONGEST_API_NAME = 128;

/** As in `Shop-Workflows`: an account may have many engines. */
function apiNameOf(engine: Construct): string {
  const name = engineNameOf(engine);
  return Token.isUnresolved(name) ? name : name.replaceAll('/', '-').slice(-LONGEST_API_NAME);
}

const THROTTLE: ThrottleSettings = { rateLimit: 500, burstLimit: 1000 };

const ACCESS_LOG_FORMAT = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTime',
    method: '$context.httpMethod',
    path: '$context.path',
    route: '$context.routeKey',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    responseBytes: '$context.responseLength',
    sourceIp: '$context.identity.sourceIp',
    caller: '$context.identity.userArn',
    error: '$context.error.message',
    integrationError: '$context.integrationErrorMessage',
  }),
);

/** Lets someone call an API that asks for signed requests. */
export function grantInvokeApi(api: HttpApi, grantee: IGrantable): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['execute-api:Invoke'],
    resourceArns: METHODS.map((method) => api.arnForExecuteApi(method, '/*', '$default')),
  });
}
