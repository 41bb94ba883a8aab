/**
 * The address of the engine of a deployed stack: from the stack's outputs, which CloudFormation tells. One signed request,
 * and not CloudFormation's client: that would be a dependency of some megabytes for one call.
 */
import { signedFetch } from '../../client/signed-fetch.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';
import type { AwsIdentity } from './aws-identity.ts';

export interface StackSearch {
  readonly stack: string;
  /** The name of the output to take. Undefined: the only one that is the address of an API. */
  readonly output: string | undefined;
  readonly identity: AwsIdentity;
  readonly env: Surroundings['env'];
}

export async function findStackUrl(search: StackSearch): Promise<string> {
  const outputs = await readOutputs(search);
  return chooseOutput(search, outputs).replace(/\/+$/, '');
}

const TIMEOUT_MS = 20_000;

async function readOutputs({ stack, identity, env }: StackSearch): Promise<ReadonlyMap<string, string>> {
  const { region } = identity;
  const query = new URLSearchParams({ Action: 'DescribeStacks', Version: '2010-05-15', StackName: stack });
  const url = `${serviceUrl(region, env)}/?${query.toString()}`;
  let status: number;
  let xml: string;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await signedFetch(url, { signal }, { ...identity, service: 'cloudformation' });
    status = answer.status;
    xml = await answer.text();
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    throw new CliError(
      EXIT.unreachable,
      `CloudFormation in ${region} cannot be reached: is that a region of AWS? (${why})`,
    );
  }
  if (status === 200) return parseOutputs(xml);
  throw refusal({ stack, region, status, xml });
}

/** As the SDK finds it. */
function serviceUrl(region: string, env: Surroundings['env']): string {
  const named = env['AWS_ENDPOINT_URL_CLOUDFORMATION'] || env['AWS_ENDPOINT_URL'];
  if (named) return named.replace(/\/+$/, '');
  return `https://cloudformation.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function refusal(answer: { stack: string; region: string; status: number; xml: string }): CliError {
  const { stack, region, status, xml } = answer;
  const code = textOf(xml, 'Code') ?? String(status);
  const message = textOf(xml, 'Message') ?? 'no reason was given';
  if (/does not exist/.test(message)) {
    return new CliError(
      EXIT.notFound,
      `there is no stack ${stack} in ${region}: is it in another region (--region) or account (--profile)?`,
      { code },
    );
  }
  if (/^ExpiredToken/.test(code)) {
    return new CliError(
      EXIT.unreachable,
      'the AWS credentials have expired: sign in again (aws sso login), or choose another --profile',
      { code },
    );
  }
  if (/InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient/.test(code)) {
    return new CliError(EXIT.unreachable, `AWS does not accept these credentials in ${region}: ${message}`, { code });
  }
  if (/AccessDenied/.test(code)) {
    return new CliError(
      EXIT.unreachable,
      `these credentials may not look at the stack (cloudformation:DescribeStacks): ${message}. --endpoint URL needs no such permission`,
      { code },
    );
  }
  return new CliError(EXIT.unreachable, `CloudFormation answered ${code}: ${message}`, { code });
}

/** Outputs hold texts alone, and their members no members of their own. */
export function parseOutputs(xml: string): ReadonlyMap<string, string> {
  const [, list = ''] = /<Outputs>([\s\S]*?)<\/Outputs>/.exec(xml) ?? [];
  const members = list.match(/<member>[\s\S]*?<\/member>/g) ?? [];
  return new Map(members.map((member) => [textOf(member, 'OutputKey') ?? '', textOf(member, 'OutputValue') ?? '']));
}

function textOf(xml: string, tag: string): string | undefined {
  const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(xml)?.[1];
  return text?.replace(
    /&(lt|gt|quot|apos|amp|#x[0-9a-fA-F]+|#\d+);/g,
    (whole, name: string) => ENTITIES.get(name) ?? decodeCode(name, whole),
  );
}

const ENTITIES = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['amp', '&'],
]);

function decodeCode(name: string, whole: string): string {
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return Number.isInteger(code) && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

function chooseOutput({ stack, output }: StackSearch, outputs: ReadonlyMap<string, string>): string {
  const shown = [...outputs].map(([name, value]) => `${name} = ${value}`).join(', ') || 'none';
  if (output !== undefined) {
    const value = outputs.get(output);
    if (value !== undefined && URL.canParse(value)) return value;
    throw new CliError(
      EXIT.notFound,
      `stack ${stack} has no output ${output} with an address: its outputs are ${shown}`,
    );
  }
  const addresses = [...outputs].filter(([, value]) => isApi(value));
  const [first, ...more] =
    addresses.length > 0 ? addresses : [...outputs].filter(([, value]) => /^https:\/\//.test(value));
  if (first !== undefined && more.length === 0) return first[1];
  if (first === undefined) {
    throw new CliError(
      EXIT.notFound,
      `stack ${stack} has no output with the address of an engine (its outputs are ${shown}): add ` +
        `new CfnOutput(this, 'Url', { value: engine.url }) to it, or give --endpoint URL`,
    );
  }
  throw new CliError(
    EXIT.usage,
    `stack ${stack} has several addresses: choose one with --stack-output NAME. Its outputs are ${shown}`,
  );
}

function isApi(value: string): boolean {
  return URL.canParse(value) && /\.execute-api\./.test(new URL(value).hostname);
}
