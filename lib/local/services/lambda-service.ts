/** Lambda: functions that call functions. */
import type { Acceptance, Invocation } from '../functions/invocation.ts';
import type { Resources } from '../resources.ts';
import { AwsError, UnknownOperationError, type AwsAnswer, type AwsService } from './service.ts';
import { jsonAnswer, signatureNames, type RefusalNames } from './json-protocol.ts';
import type { SignedRequest } from '../iam/signature.ts';

export interface LambdaCall {
  readonly functionArn: string;
  /** A version or an alias. Absent: `$LATEST`. */
  readonly qualifier?: string;
  /** A JSON text. */
  readonly payload: string;
  /** Whether the caller waits for the result. */
  readonly type: 'RequestResponse' | 'Event';
}

/** Carries out an invocation: `accepted` is the answer to an `Event`. */
export type InvokeLambda = (call: LambdaCall) => Promise<Invocation | Acceptance>;

export function createLambdaService(
  resources: Pick<Resources, 'region' | 'accountId' | 'functions'>,
  invoke: InvokeLambda,
): AwsService {
  return {
    read: (request) => {
      const { name, qualifier } = readTarget(request);
      const functionArn = name.startsWith('arn:')
        ? name
        : `arn:aws:lambda:${resources.region}:${resources.accountId}:function:${name}`;
      const resource = qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`;
      return {
        operation: 'Invoke',
        accesses: [{ action: 'lambda:InvokeFunction', resource }],
        answer: async () => {
          const version = versionOf(resources.functions, functionArn, qualifier);
          if (version === undefined) {
            throw new AwsError('ResourceNotFoundException', `Function not found: ${resource}`, 404);
          }
          const type = readType(request);
          if (type === 'DryRun') return { statusCode: 204, headers: {}, body: '' };
          const payload = request.body.toString() || '{}';
          const call = { functionArn, ...(qualifier === undefined ? {} : { qualifier }), payload, type };
          return toAnswer(await invoke(call), version);
        },
      };
    },
    refuse: (kind, message) => {
      const [code, statusCode] = REFUSALS[kind];
      return fail(new AwsError(code, message, statusCode));
    },
    fail,
  };
}

const REFUSALS: RefusalNames = {
  ...signatureNames(403),
  AccessDenied: ['AccessDeniedException', 403],
  Throttled: ['TooManyRequestsException', 429],
  InternalFailure: ['ServiceException', 500],
};

function fail({ code, message, statusCode }: AwsError): AwsAnswer {
  return jsonAnswer(statusCode, { Type: 'User', message }, { 'x-amzn-errortype': code });
}

/** The name may be an ARN, and may end with a qualifier: `name:live`. */
function readTarget({ method, url }: SignedRequest): { name: string; qualifier?: string } {
  const [path = '', query = ''] = url.split('?');
  const [, encoded] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path) ?? [];
  if (method !== 'POST' || encoded === undefined) {
    throw new UnknownOperationError('lambda', `${method} ${path}`, ['Invoke']);
  }
  const text = decodeURIComponent(encoded);
  const [, name = text, inName] = /^((?:arn:[^:]+:lambda:[^:]+:[^:]+:function:)?[^:]+)(?::([^:]+))?$/.exec(text) ?? [];
  const qualifier = new URLSearchParams(query).get('Qualifier') ?? inName;
  return { name, ...(qualifier === undefined ? {} : { qualifier }) };
}

function readType({ headers }: SignedRequest): LambdaCall['type'] | 'DryRun' {
  const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type === 'RequestResponse' || type === 'Event' || type === 'DryRun') return type;
  throw new AwsError(
    'InvalidParameterValueException',
    `InvocationType is ${String(type)}: it has to be RequestResponse, Event or DryRun`,
  );
}

/** The version that a qualifier leads to; undefined if there is none, or no such function. */
function versionOf(functions: Resources['functions'], functionArn: string, qualifier = '$LATEST'): string | undefined {
  const found = functions.find(({ arn }) => arn === functionArn);
  if (!found || qualifier === '$LATEST') return found && qualifier;
  return found.qualifiers.find(({ name }) => name === qualifier)?.version;
}

function toAnswer(result: Invocation | Acceptance, version: string): AwsAnswer {
  const executed = { 'x-amz-executed-version': version, 'content-type': 'application/json' };
  switch (result.kind) {
    case 'accepted':
      return { statusCode: 202, headers: { 'x-amzn-requestid': result.requestId }, body: '' };
    case 'succeeded':
      return { statusCode: 200, headers: executed, body: result.payload };
    case 'failed':
      return { statusCode: 200, headers: { ...executed, 'x-amz-function-error': result.error }, body: result.payload };
    case 'throttled':
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
    case 'refused':
      throw new AwsError(result.error, result.message, result.statusCode);
  }
}
