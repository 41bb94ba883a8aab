import { basename } from 'node:path';
import { LOCAL_FOLDER } from '../client/local-address.ts';
import type { LocalCloud } from '../local/running-cloud.ts';
import { shortName } from './event-lines.ts';
import type { Paint } from './paint.ts';

/** Where the cloud is, what it has, and a command to begin with. */
export type BannerOptions = { readonly dir: string; readonly consoleUrl?: string | undefined } & (
  | { readonly entry: string; readonly cloud: Pick<LocalCloud, 'url' | 'workflows'> }
  | {
      readonly from: string;
      readonly cloud: Pick<
        LocalCloud,
        'url' | 'region' | 'functions' | 'ignored' | 'payloadKeysPath' | 'outputs' | 'credentials'
      >;
    }
);

export function banner(options: BannerOptions, paint: Paint): string {
  const { url } = options.cloud;
  const source = 'from' in options ? `  ${paint('dim', `(${options.from})`)}` : '';
  return [
    '',
    `  ${paint('bold', 'lull dev')} at ${paint('cyan', url || 'no HTTP API')}${source}`,
    ...(options.consoleUrl === undefined
      ? []
      : [`  ${paint('bold', 'console')}  at ${paint('cyan', options.consoleUrl)}`]),
    '',
    ...contentsOf(options, paint),
    `  runs       ${options.dir}  ${paint('dim', '(those that have not ended go on)')}`,
    ...('from' in options ? detailsOf(options.cloud) : []),
    '',
    ...commandsOf(options).map((command) => `  ${command}`),
    ...(url ? ['', ...besideIt(options, paint), ''] : []),
  ].join('\n');
}

function contentsOf(options: BannerOptions, paint: Paint): string[] {
  if ('from' in options) {
    const names = options.cloud.functions().map(({ name }) => shortName(name));
    return [`  functions  ${names.join(', ')}`];
  }
  const names = options.cloud.workflows().map(({ name }) => name);
  return [`  workflows  ${names.join(', ')}  ${paint('dim', `(${options.entry})`)}`];
}

/** The template's outputs, and its resources that do nothing on this machine. */
function detailsOf({
  outputs,
  ignored,
  payloadKeysPath,
}: Pick<LocalCloud, 'outputs' | 'ignored' | 'payloadKeysPath'>): string[] {
  const lines = Object.entries(outputs).map(([name, value]) => `${name} = ${value}`);
  return [
    ...listed('outputs', lines),
    ...(ignored.length > 0 ? listed('ignored', [ignored.join(', ')]) : []),
    ...(payloadKeysPath === undefined
      ? []
      : listed('no KMS', [`values are encrypted with keys in ${payloadKeysPath}`])),
  ];
}

function listed(title: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${(index === 0 ? title : '').padEnd(9)}  ${line}`);
}

function commandsOf(options: BannerOptions): string[] {
  const { url } = options.cloud;
  if ('from' in options) return url ? [signedCommand(options.cloud)] : [];
  // A workflow with a schema takes no input that could be guessed here.
  const open = options.cloud.workflows().find((workflow) => workflow.takesAnything);
  const start = open ? [`curl -X POST '${url}/workflows/${open.name}/runs?wait=20s'`] : [];
  return [...start, `curl ${url}/runs`, `curl ${url}/openapi.json`];
}

/** What finds it without an address. */
function besideIt({ dir, ...options }: BannerOptions, paint: Paint): string[] {
  const isUsual = basename(dir) === LOCAL_FOLDER;
  const where = isUsual ? '' : ` --dir ${dir}`;
  const open = 'from' in options ? undefined : options.cloud.workflows().find((workflow) => workflow.takesAnything);
  return [
    `  ${paint('dim', `in this folder, in another terminal${isUsual ? ' (new Client() finds it too)' : ''}:`)}`,
    ...(open ? [`  npx lull start ${open.name}${where}`] : []),
    `  npx lull list${where}`,
  ];
}

/** With the admin's keys, which are made for this start. */
function signedCommand({
  url,
  region,
  credentials: { admin },
}: Pick<LocalCloud, 'url' | 'region' | 'credentials'>): string {
  const token = admin.sessionToken === undefined ? '' : ` -H "x-amz-security-token: ${admin.sessionToken}"`;
  const user = `${admin.accessKeyId}:${admin.secretAccessKey}`;
  return `curl --aws-sigv4 "aws:amz:${region}:execute-api" --user "${user}"${token} ${url}/runs`;
}
