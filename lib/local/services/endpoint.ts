/**
 * AWS for the functions of a cloud: one address for all services. Where access is not open, each request has to be signed
 * by a principal of the cloud, and allowed by the policies of the template, before a service sees it.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ID_PATH } from '../../client/local-address.ts';
import type { Clock } from '../../ports/clock.ts';
import { listenOnLoopback, stopServer } from '../net/listen.ts';
import { readBody } from '../net/read-body.ts';
import type { Resources } from '../resources.ts';
import type { Authorizer } from '../iam/authorize.ts';
import { AwsError, UnknownOperationError, type AwsAnswer, type AwsCall, type AwsService } from './service.ts';
import type { CredentialStore } from '../iam/credentials.ts';
import { createDynamodbService } from './dynamodb/dynamodb-service.ts';
import { createForwarder } from './dynamodb/forward.ts';
import { createEventsService, type PutEvent } from './events-service.ts';
import { createLambdaService, type InvokeLambda } from './lambda-service.ts';
import type { ObjectStore } from './s3/object-store.ts';
import type { Principal } from '../iam/principal.ts';
import { createS3Service } from './s3/s3-service.ts';
import { readAuthorization, verifySignature, type SignedRequest, type Verification } from '../iam/signature.ts';
import { createSqsService } from './sqs/sqs-service.ts';
import type { Queues } from './sqs/queues.ts';

const REQUEST_LIMIT_BYTES = 128 * 1024 * 1024;

/** Longer than functions are usually frozen between two invocations: they find their connections as they left them. */
const KEEP_ALIVE_MS = 60_000;

/** What is asked of it, once it was found to be signed and allowed. */
export interface DisturbedCall {
  /** `dynamodb`. */
  readonly service: string;
  /** `PutItem`. */
  readonly operation: string;
  readonly principal: Principal;
}

/** What the endpoint needs to answer. */
export interface EndpointOptions {
  readonly resources: Resources;
  readonly clock: Clock;
  readonly credentials: CredentialStore;
  readonly authorizer: Authorizer;
  /** The address of a DynamoDB that checks no signatures. */
  readonly tables: { readonly endpoint: string };
  readonly queues: Queues;
  readonly objects: ObjectStore;
  readonly putEvent: PutEvent;
  readonly invoke: InvokeLambda;
  /** For tests: `throttle` answers as a service does that is asked too often, `fail` with an error of the service's own. */
  readonly disturb?: (call: DisturbedCall) => 'throttle' | 'fail' | undefined;
  /** Is called with an error of the endpoint itself, while the caller is answered with an error of the service's own. */
  readonly onError?: (error: unknown) => void;
}

export interface Endpoint {
  /** `http://127.0.0.1:1234`: what `AWS_ENDPOINT_URL` is set to. */
  readonly endpoint: string;
  /** It says it at `ID_PATH`: a caller that knows the address from an earlier day sees whether it is the same cloud. */
  readonly id: string;
  /** Until then each request is answered with a failure: the services need to know the address first. */
  serve(parts: EndpointOptions): void;
  stop(): Promise<void>;
}

/** Listens on a port of 127.0.0.1: any free one by default. */
export async function listenForServices(port = 0): Promise<Endpoint> {
  let answer: (request: SignedRequest) => Promise<AwsAnswer> = async () => ({
    ...{ statusCode: 503, headers: {} },
    body: 'The cloud is not ready yet.',
  });
  let stopForwarding: () => void = () => undefined;
  let nowMs: () => number = Date.now;
  const id = randomUUID();
  const server = createServer((request, response) => {
    if (request.url === ID_PATH) return void response.end(id);
    const answering = readRequest(request).then(async (whole) => answer(whole));
    answering.then(
      (made) => send(response, made, nowMs()),
      () => response.destroy(),
    );
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const endpoint = `http://127.0.0.1:${await listenOnLoopback(server, port)}`;
  return {
    endpoint,
    id,
    serve: (parts) => {
      const forwarder = createForwarder(parts.tables.endpoint);
      stopForwarding = forwarder.stop;
      nowMs = () => parts.clock.nowMs();
      const services = createServices(parts, forwarder.forward);
      answer = (request) => answerRequest(request, services, parts);
    },
    stop: async () => {
      await stopServer(server);
      stopForwarding();
    },
  };
}

function createServices(
  { resources, clock, queues, objects, invoke, putEvent }: EndpointOptions,
  forward: (request: SignedRequest) => Promise<AwsAnswer>,
): ReadonlyMap<string, AwsService> {
  return new Map([
    ['dynamodb', createDynamodbService({ resources, forward })],
    ['sqs', createSqsService(resources, { queues: queues.named, clock })],
    ['lambda', createLambdaService(resources, invoke)],
    ['events', createEventsService(resources, putEvent)],
    ['s3', createS3Service({ resources, objects, clock })],
  ]);
}

async function answerRequest(
  request: SignedRequest,
  services: ReadonlyMap<string, AwsService>,
  parts: EndpointOptions,
): Promise<AwsAnswer> {
  const name = serviceNameOf(request);
  const service = services.get(name) ?? unknownService(name, [...services.keys()]);
  try {
    const verification = await identify(request, name, parts);
    if (verification.kind === 'refused') return service.refuse(verification.code, verification.message);
    const call = service.read(request);
    return await carryOut(call, { ...parts, service, name, principal: verification.principal });
  } catch (error) {
    if (error instanceof AwsError) return service.fail(error);
    if (error instanceof UnknownOperationError) return service.refuse('UnknownOperation', error.message);
    parts.onError?.(error);
    return service.refuse('InternalFailure', error instanceof Error ? error.message : String(error));
  }
}

/** Where access is open, each caller is the admin. */
async function identify(
  request: SignedRequest,
  service: string,
  { resources, credentials, clock }: EndpointOptions,
): Promise<Verification> {
  if (resources.access === 'open') return { kind: 'signed', principal: credentials.admin.principal };
  return verifySignature(request, { credentials, clock, service });
}

async function carryOut(
  call: AwsCall,
  asked: EndpointOptions & { readonly service: AwsService; readonly name: string; readonly principal: Principal },
): Promise<AwsAnswer> {
  const { authorizer, disturb, service, name, principal } = asked;
  for (const access of call.accesses) {
    const decision = await authorizer.isAllowed({ principal, ...access });
    if (decision.kind === 'denied') return service.refuse('AccessDenied', decision.message);
  }
  switch (disturb?.({ service: name, operation: call.operation, principal })) {
    case 'throttle':
      return service.refuse('Throttled', 'The level of configured provisioned throughput was exceeded.');
    case 'fail':
      return service.refuse('InternalFailure', 'We encountered an internal error. Please try again.');
    case undefined:
      return call.answer({ principal, isAllowed: (access) => authorizer.isAllowed({ principal, ...access }) });
  }
}

/** By the signature's scope; a request without one goes by its looks, to be refused in the right words. */
function serviceNameOf({ headers, url }: SignedRequest): string {
  const authorization = readAuthorization(headers.authorization ?? '');
  if (authorization) return authorization.service;
  const target = String(headers['x-amz-target'] ?? '');
  if (target.startsWith('DynamoDB')) return 'dynamodb';
  if (target.startsWith('AmazonSQS')) return 'sqs';
  if (target.startsWith('AWSEvents')) return 'events';
  if (url.startsWith('/2015-03-31/functions/')) return 'lambda';
  return 's3';
}

/** A service that this cloud does not have. */
function unknownService(name: string, known: readonly string[]): AwsService {
  const refuse = (code: string, message: string): AwsAnswer => ({
    statusCode: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message }),
  });
  return {
    read: ({ headers, method, url }) => {
      const operation = String(headers['x-amz-target'] ?? `${method} ${url}`).replace(/^.*\./, '');
      throw new AwsError(
        'UnknownOperation',
        `${name}:${operation} is not in the local cloud: it has ${known.join(', ')}`,
      );
    },
    refuse,
    fail: ({ code, message }) => refuse(code, message),
  };
}

async function readRequest(request: IncomingMessage): Promise<SignedRequest> {
  const body = await readBody(request, REQUEST_LIMIT_BYTES);
  if (!body) throw new Error(`the request is longer than ${REQUEST_LIMIT_BYTES} bytes`);
  const { method = 'GET', url = '/', headers } = request;
  return { method, url, headers, body };
}

/** The date is the cloud's, so that the SDK notices when its own is another one. */
function send(response: ServerResponse, { statusCode, headers, body }: AwsAnswer, nowMs: number): void {
  const id = randomUUID();
  const date = new Date(nowMs).toUTCString();
  response.writeHead(statusCode, { date, 'x-amzn-requestid': id, 'x-amz-request-id': id, ...headers });
  response.end(body);
}
