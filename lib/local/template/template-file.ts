/** A template and its assets, as they are in an assembly's folder. Nothing is resolved yet. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CloudError } from '../cloud-error.ts';
import { isObject, listOf, textOf } from '../json.ts';

export interface TemplateFile {
  readonly stackName: string;
  /** The path of the file: it opens each message about it. */
  readonly file: string;
  /** Where assets are: paths in the template are relative to it. */
  readonly folder: string;
  /** Undefined where the stack may be deployed anywhere. */
  readonly account?: string;
  readonly region?: string;
  readonly template: Template;
  /** Paths of asset files and folders by their key in the bucket of assets (`<hash>.zip`). */
  readonly assets: ReadonlyMap<string, string>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Mappings: Readonly<Record<string, unknown>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Outputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
  readonly DependsOn?: unknown;
}

/** All stacks of an assembly's folder, those of its stages too; or the one of a `*.template.json`. */
export function readTemplateFiles(from: string): TemplateFile[] {
  const path = resolve(from);
  if (!existsSync(path)) {
    throw new CloudError('ASSEMBLY_NOT_FOUND', `there is no ${path}: run \`npx cdk synth\` first, which makes cdk.out`);
  }
  if (!statSync(path).isDirectory()) {
    const stackName = basename(path).replace(/(\.template)?\.json$/, '');
    return [readTemplateFile(path, { stackName })];
  }
  const files = readFolder(path);
  if (files.length > 0) return files;
  throw new CloudError('ASSEMBLY_NOT_FOUND', `${path} holds no stack: run \`npx cdk synth\` in an app that has one`);
}

function readFolder(folder: string): TemplateFile[] {
  const manifestFile = join(folder, 'manifest.json');
  if (!existsSync(manifestFile)) {
    throw new CloudError(
      'ASSEMBLY_NOT_FOUND',
      `${folder} is not a cloud assembly, since it has no manifest.json: name the folder that \`npx cdk synth\` writes ` +
        `(cdk.out), or one *.template.json`,
    );
  }
  const { artifacts } = readJson(manifestFile);
  return Object.entries(isObject(artifacts) ? artifacts : {}).flatMap(([id, artifact]) => {
    const { type, properties, environment } = isObject(artifact) ? artifact : {};
    const { templateFile, stackName, directoryName } = isObject(properties) ? properties : {};
    if (type === 'cdk:cloud-assembly') return readFolder(join(folder, textOf(directoryName)));
    if (type !== 'aws:cloudformation:stack') return [];
    const named = { stackName: typeof stackName === 'string' ? stackName : id };
    return [readTemplateFile(join(folder, textOf(templateFile)), { ...named, ...placeOf(textOf(environment)) })];
  });
}

/** `aws://123456789012/eu-central-1`, or `unknown-account` and `unknown-region` in their places. */
function placeOf(environment: string): { account?: string; region?: string } {
  const [, account, region] = /^aws:\/\/([^/]*)\/(.*)$/.exec(environment) ?? [];
  return {
    ...(account === undefined || account.startsWith('unknown') ? {} : { account }),
    ...(region === undefined || region.startsWith('unknown') ? {} : { region }),
  };
}

function readTemplateFile(
  file: string,
  about: Pick<TemplateFile, 'stackName'> & Partial<Pick<TemplateFile, 'account' | 'region'>>,
): TemplateFile {
  const json = readJson(file);
  if (!isObject(json['Resources'])) {
    throw new CloudError('INVALID_TEMPLATE', `${file} is not a template of CloudFormation: it has no "Resources"`);
  }
  if (json['Transform'] !== undefined) {
    const names = listOf(json['Transform']).map((name) => JSON.stringify(name));
    throw new CloudError(
      'NOT_SUPPORTED',
      `${file} is transformed by ${names.join(', ')}, which CloudFormation alone can do: write the resources out`,
    );
  }
  const section = (name: string): object => (isObject(json[name]) ? json[name] : {});
  const template = {
    ...{ Resources: section('Resources'), Parameters: section('Parameters'), Mappings: section('Mappings') },
    ...{ Conditions: section('Conditions'), Outputs: section('Outputs') },
  } as Template;
  return { ...about, file, folder: dirname(file), template, assets: readAssets(file) };
}

function readAssets(templateFile: string): Map<string, string> {
  const file = templateFile.replace(/\.template\.json$/, '.assets.json');
  const paths = new Map<string, string>();
  if (file === templateFile || !existsSync(file)) return paths;
  const { files } = readJson(file);
  for (const asset of Object.values(isObject(files) ? files : {})) {
    const { source, destinations } = isObject(asset) ? asset : {};
    if (!isObject(source) || typeof source['path'] !== 'string') continue;
    for (const destination of Object.values(isObject(destinations) ? destinations : {})) {
      if (isObject(destination)) paths.set(textOf(destination['objectKey']), resolve(dirname(file), source['path']));
    }
  }
  return paths;
}

function readJson(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isObject(value)) return value;
  } catch (cause) {
    throw new CloudError('INVALID_TEMPLATE', `${file} cannot be read: ${String(cause)}: run \`npx cdk synth\` again`, {
      cause,
    });
  }
  throw new CloudError('INVALID_TEMPLATE', `${file} holds no JSON object: run \`npx cdk synth\` again`);
}
