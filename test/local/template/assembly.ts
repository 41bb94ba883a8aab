/** Assemblies made by hand: templates as data, in a folder as `npx cdk synth` writes it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTemplate } from '../../../lib/local/template/read-template.ts';
import type { Resources } from '../../../lib/local/resources.ts';
import { temporaryFolder, type WhenDone } from '../temporary-folder.ts';

export type TemplateJson = Record<string, Record<string, unknown>>;

export const ADDRESSES = {
  sqs: 'http://127.0.0.1:4000',
  apiUrl: (id: string): string => `http://127.0.0.1:5000/${id}`,
};

/** Each stack's template by its name; `environment` as in a manifest. */
export function writeAssembly(
  stacks: Record<string, TemplateJson>,
  {
    environment = 'aws://unknown-account/unknown-region',
    whenDone,
  }: { environment?: string; whenDone?: WhenDone } = {},
): string {
  const folder = temporaryFolder(whenDone);
  const artifacts: Record<string, unknown> = {};
  for (const [name, template] of Object.entries(stacks)) {
    const templateFile = `${name}.template.json`;
    writeFileSync(join(folder, templateFile), JSON.stringify(template));
    const files = { code: { source: { path: 'asset.code' }, destinations: { here: { objectKey: 'code.zip' } } } };
    writeFileSync(join(folder, `${name}.assets.json`), JSON.stringify({ files }));
    artifacts[name] = { type: 'aws:cloudformation:stack', environment, properties: { templateFile } };
  }
  mkdirSync(join(folder, 'asset.code'));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
  return folder;
}

/** A stack `Shop` of these resources and a worker. */
export function readResources(resources: Record<string, unknown>, others: TemplateJson = {}): Resources {
  return readTemplate(writeAssembly({ Shop: withWorker(resources, others) }), ADDRESSES);
}

export function withWorker(resources: Record<string, unknown>, others: TemplateJson = {}): TemplateJson {
  return { Resources: { Worker: functionWith({}), ...resources }, ...others };
}

/** A function with these variables in its environment, besides the one by which an engine is known. */
export function functionWith(variables: Record<string, unknown>, properties: Record<string, unknown> = {}): unknown {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'code.zip' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::000000000000:role/worker',
      Environment: { Variables: { LULL_TABLE_NAME: 'table', ...variables } },
      ...properties,
    },
  };
}
