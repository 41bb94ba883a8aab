/** Reads a synthesized cloud assembly: all of its stacks, as the data that the local cloud is made of. */
import { CloudError } from '../cloud-error.ts';
import type { Resources } from '../resources.ts';
import { environmentOf } from './environment.ts';
import { refuseLoops } from './find-loop.ts';
import { textOf } from '../json.ts';
import { MadeResources } from './made-resource.ts';
import { readEventSources, readFunctions } from './read-functions.ts';
import { readEventBuses, readEventRules } from './read-event-rules.ts';
import { readHttpApis } from './read-http-apis.ts';
import { readRoles } from './read-roles.ts';
import { readRules } from './read-rules.ts';
import { readBuckets, readQueues, readTables } from './read-storage.ts';
import { Resolver } from './resolver.ts';
import type { CloudAddresses } from './resource-identity.ts';
import { readTemplateFiles, type TemplateFile } from './template-file.ts';

/** What the construct gives to each of its functions: by it an engine is known. */
const ENGINE_VARIABLE = 'LULL_TABLE_NAME';

/**
 * `from` is the folder that `npx cdk synth` writes (all of its stacks are read as one cloud), or one `*.template.json`.
 * Resources that do nothing on this machine are named in `ignored`. What cannot be run is a CloudError.
 */
export function readTemplate(from: string, addresses: CloudAddresses): Resources {
  const files = readTemplateFiles(from);
  const environment = environmentOf(files);
  for (const file of files) refuse(file);
  const resolver = new Resolver(files, environment, addresses);
  const resources = new MadeResources(resolver, files);
  const functions = readFunctions(resources, environment);
  if (functions.length === 0) {
    throw new CloudError(
      'NO_FUNCTION',
      `${namesOf(files)} has no function of Node.js: there is nothing to run. Put a WorkflowEngine of lull/cdk into it`,
    );
  }
  if (!functions.some((made) => ENGINE_VARIABLE in made.environment)) {
    throw new CloudError(
      'NO_ENGINE',
      `${namesOf(files)} has functions, and none of a WorkflowEngine (no ${ENGINE_VARIABLE} in their environment): ` +
        `name a template with one, or the whole cdk.out`,
    );
  }
  return {
    access: 'iam',
    region: environment.region,
    accountId: environment.accountId,
    functions,
    eventSources: readEventSources(resources, environment),
    tables: readTables(resources),
    queues: readQueues(resources),
    buckets: readBuckets(resources),
    httpApis: readHttpApis(resources, environment, addresses),
    schedules: readRules(resources, environment),
    eventBuses: readEventBuses(resources, environment),
    eventRules: readEventRules(resources, environment),
    roles: readRoles(resources),
    outputs: readOutputs(files, resolver),
    ignored: resources.ignored(),
  };
}

function refuse(file: TemplateFile): void {
  for (const [id, { Type }] of Object.entries(file.template.Resources)) {
    if (Type !== 'AWS::CloudFormation::Stack') continue;
    throw new CloudError(
      'NOT_SUPPORTED',
      `${file.stackName}: ${id} is a nested stack, and the local cloud reads none: make it a stack of the app`,
    );
  }
  refuseLoops(file);
}

function readOutputs(files: readonly TemplateFile[], resolver: Resolver): Record<string, string> {
  const outputs = files.flatMap((file) =>
    Object.entries(file.template.Outputs)
      .filter(([, output]) => resolver.isMade(file, output))
      .map(([name]) => [`${file.stackName}.${name}`, toText(resolver.output(file, name))] as const),
  );
  return Object.fromEntries(outputs);
}

function toText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : textOf(value);
}

function namesOf(files: readonly TemplateFile[]): string {
  const names = files.map(({ stackName }) => stackName).join(', ');
  return files.length === 1 ? `the stack ${names}` : `none of the stacks ${names}`.replace(/^none of /, '');
}
