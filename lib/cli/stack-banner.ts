import type { StackCloud } from '../local/stack/stack-cloud.ts';
import type { Paint } from './paint.ts';
import { shortName } from './stack-notice-lines.ts';

/** What is where, what the template has that does nothing here, and a signed request to begin with. */
export function stackBanner(
  cloud: Pick<StackCloud, 'url' | 'region' | 'functions' | 'ignored' | 'outputs' | 'credentials'>,
  started: { readonly from: string; readonly dir: string },
  paint: Paint,
): string {
  const names = cloud.functions().map(({ name }) => shortName(name));
  const outputs = Object.entries(cloud.outputs).map(([name, value]) => `${name} = ${value}`);
  return [
    '',
    `  ${paint('bold', 'lull dev')} at ${paint('cyan', cloud.url || 'no HTTP API')}  ${paint('dim', `(${started.from})`)}`,
    '',
    `  functions  ${names.join(', ')}`,
    `  runs       ${started.dir}  ${paint('dim', '(those that have not ended go on)')}`,
    ...listed('outputs', outputs),
    ...(cloud.ignored.length > 0 ? listed('ignored', [cloud.ignored.join(', ')]) : []),
    '',
    ...(cloud.url ? [`  ${command(cloud)}`, ''] : []),
  ].join('\n');
}

function listed(title: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${(index === 0 ? title : '').padEnd(9)}  ${line}`);
}

/** The admin's keys, made for this start. */
function command({ url, region, credentials: { admin } }: Parameters<typeof stackBanner>[0]): string {
  const token = admin.sessionToken === undefined ? '' : ` -H "x-amz-security-token: ${admin.sessionToken}"`;
  const user = `${admin.accessKeyId}:${admin.secretAccessKey}`;
  return `curl --aws-sigv4 "aws:amz:${region}:execute-api" --user "${user}"${token} ${url}/runs`;
}
