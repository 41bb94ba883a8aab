/** Functions, with their versions, aliases and permissions, and what feeds them from queues. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PolicyDocument, EventSourceResource, FunctionResource } from '../resources.ts';
import type { CloudEnvironment } from './environment.ts';
import { isObject, textOf } from '../json.ts';
import type { MadeResource, MadeResources } from './made-resource.ts';
import { functionArnFrom } from './resource-identity.ts';

const TYPE = 'AWS::Lambda::Function';
const RETRY_ATTEMPTS = 2;

/** A function as something else names it. */
export interface FunctionReference {
  readonly functionArn: string;
  readonly qualifier?: string;
}

/** Functions of Node.js; those of another runtime do nothing here. */
export function readFunctions(resources: MadeResources, environment: CloudEnvironment): FunctionResource[] {
  const all = resources.ofType(TYPE);
  const qualifiers = readQualifiers(resources, environment);
  const permissions = readPermissions(resources, environment);
  const invokeConfigs = resources.ofType('AWS::Lambda::EventInvokeConfig');
  return all.flatMap((resource) => {
    const runtime = resource.text('Runtime');
    if (!runtime.startsWith('nodejs')) {
      resources.ignore(resource, runtime || 'image');
      return [];
    }
    const invoke = invokeConfigs.find(
      (config) => functionArnFrom(config.text('FunctionName'), environment) === resource.arn,
    );
    const onFailureArn = destinationOf(invoke);
    const reservedConcurrency = resource.number('ReservedConcurrentExecutions');
    const statements = permissions.get(resource.arn);
    const { LogFormat: logFormat } = resource.object('LoggingConfig');
    return {
      id: resource.id,
      name: resource.name,
      arn: resource.arn,
      codePath: codePathOf(resource),
      isolation: 'lambda',
      handler: resource.text('Handler'),
      runtime,
      environment: environmentVariablesOf(resource),
      timeoutMs: (resource.number('Timeout') ?? 3) * 1000,
      memoryMb: resource.number('MemorySize') ?? 128,
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
      roleArn: resource.text('Role'),
      qualifiers: qualifiers.get(resource.arn) ?? [],
      maxRetryAttempts: invoke?.number('MaximumRetryAttempts') ?? RETRY_ATTEMPTS,
      ...(onFailureArn ? { onFailureArn } : {}),
      ...(logFormat === 'JSON' || logFormat === 'Text' ? { logFormat } : {}),
      ...(statements ? { policy: policyDocument(statements) } : {}),
    };
  });
}

/** What feeds functions from queues; streams do nothing here. */
export function readEventSources(resources: MadeResources, environment: CloudEnvironment): EventSourceResource[] {
  return resources.ofType('AWS::Lambda::EventSourceMapping').flatMap((resource) => {
    const queueArn = resource.text('EventSourceArn');
    const [, , service = 'another service'] = queueArn.split(':');
    if (service !== 'sqs') {
      resources.ignore(resource, service);
      return [];
    }
    if (resource.value('FilterCriteria') !== undefined) {
      resource.fail('NOT_SUPPORTED', 'FilterCriteria', 'the local cloud filters no messages: filter in the function');
    }
    const maxConcurrency = Number(textOf(resource.object('ScalingConfig')['MaximumConcurrency'])) || undefined;
    return {
      id: resource.id,
      queueArn,
      ...toFunctionReference(resource.text('FunctionName'), environment),
      enabled: resource.value('Enabled') !== false && resource.text('Enabled') !== 'false',
      batchSize: resource.number('BatchSize') ?? 10,
      maxBatchingWindowMs: (resource.number('MaximumBatchingWindowInSeconds') ?? 0) * 1000,
      ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
      reportsBatchItemFailures: resource.list('FunctionResponseTypes').includes('ReportBatchItemFailures'),
    };
  });
}

/** From a name or an ARN, each maybe with a version or an alias; or from the address that API Gateway calls. */
export function toFunctionReference(text: string, environment: CloudEnvironment): FunctionReference {
  const [, called = text] = /\/functions\/(.+)\/invocations$/.exec(text) ?? [];
  const functionArn = functionArnFrom(called, environment);
  const [, qualifier] = (called.startsWith('arn:') ? called.slice(functionArn.length) : called).split(':');
  return { functionArn, ...(qualifier === undefined ? {} : { qualifier }) };
}

export function policyDocument(statements: readonly unknown[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

function environmentVariablesOf(resource: MadeResource): Record<string, string> {
  const { Variables } = resource.object('Environment');
  return Object.fromEntries(
    Object.entries(isObject(Variables) ? Variables : {}).map(([name, value]) => [name, textOf(value)]),
  );
}

function destinationOf(invoke: MadeResource | undefined): string {
  const { OnFailure } = invoke?.object('DestinationConfig') ?? {};
  return isObject(OnFailure) ? textOf(OnFailure['Destination']) : '';
}

/** The assets' list knows it by its key in the bucket; the template's metadata, if CDK was asked to write them. */
function codePathOf(resource: MadeResource): string {
  const { S3Key: key, ZipFile: inline } = resource.object('Code');
  if (inline !== undefined) {
    resource.fail('NOT_SUPPORTED', 'Code.ZipFile', 'the local cloud runs assets: put the code into a file or a folder');
  }
  const noted = resource.metadata['aws:asset:path'];
  const path = resource.file.assets.get(textOf(key)) ?? (typeof noted === 'string' ? noted : undefined);
  if (path === undefined) {
    resource.fail(
      'ASSET_NOT_FOUND',
      'Code',
      `nothing beside the template says where ${textOf(key) || 'the code'} is: name the folder that \`npx cdk synth\` writes`,
    );
  }
  const folder = resolve(resource.file.folder, path);
  if (!existsSync(folder)) {
    resource.fail('ASSET_NOT_FOUND', 'Code', `there is no ${folder}: run \`npx cdk synth\` again`);
  }
  if (!statSync(folder).isDirectory()) {
    resource.fail('NOT_SUPPORTED', 'Code', `${folder} is not a folder: the local cloud unpacks no archive`);
  }
  return folder;
}

/** Versions count from 1 in the order of the template. */
function readQualifiers(
  resources: MadeResources,
  environment: CloudEnvironment,
): Map<string, { name: string; version: string }[]> {
  const found = new Map<string, { name: string; version: string }[]>();
  const add = (functionName: string, qualifier: { name: string; version: string }): void => {
    const arn = functionArnFrom(functionName, environment);
    found.set(arn, [...(found.get(arn) ?? []), qualifier]);
  };
  for (const version of resources.ofType('AWS::Lambda::Version')) {
    const number = String(version.subject.versionNumber());
    add(version.text('FunctionName'), { name: number, version: number });
  }
  for (const alias of resources.ofType('AWS::Lambda::Alias')) {
    add(alias.text('FunctionName'), { name: alias.text('Name'), version: alias.text('FunctionVersion') });
  }
  return found;
}

/** Statements of resource policies, by the function's ARN. */
function readPermissions(resources: MadeResources, environment: CloudEnvironment): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const permission of resources.ofType('AWS::Lambda::Permission')) {
    const { functionArn, qualifier } = toFunctionReference(permission.text('FunctionName'), environment);
    const principal = permission.text('Principal');
    const sourceArn = permission.text('SourceArn');
    const sourceAccount = permission.text('SourceAccount');
    const statement = {
      Effect: 'Allow',
      Principal: principalOf(principal),
      Action: permission.text('Action'),
      Resource: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
      Condition: {
        ...(sourceArn ? { ArnLike: { 'aws:SourceArn': sourceArn } } : {}),
        ...(sourceAccount ? { StringEquals: { 'aws:SourceAccount': sourceAccount } } : {}),
      },
    };
    found.set(functionArn, [...(found.get(functionArn) ?? []), statement]);
  }
  return found;
}

function principalOf(principal: string): unknown {
  if (principal === '*') return '*';
  return principal.includes('.amazonaws.com') ? { Service: principal } : { AWS: principal };
}
