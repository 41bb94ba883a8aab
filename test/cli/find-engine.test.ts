/** Which engine a command finds, and what it says where it finds none: no credentials, expired ones, no stack, no address. */
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseOutputs } from '../../lib/cli/engine/find-stack-url.ts';
import { listenOnLoopback, stopServer } from '../../lib/local/net/listen.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { runFake, type Ended } from './fake-surroundings.ts';

/** Answers each request so, and keeps what was asked. */
async function serve(answer: (request: IncomingMessage) => readonly [status: number, body: string]) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const [status, body] = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  const url = `http://127.0.0.1:${await listenOnLoopback(server, 0)}`;
  onTestFinished(() => stopServer(server));
  return { url, requests };
}

function outputs(...entries: (readonly [name: string, value: string])[]): string {
  const members = entries.map(
    ([name, value]) => `<member><OutputKey>${name}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>Shop</StackName><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

function refusal(code: string, message: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
}

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' };

beforeEach(() => {
  const folder = temporaryFolder();
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  for (const name of ['AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_SESSION_TOKEN'])
    vi.stubEnv(name, undefined);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

function withKeys(): void {
  for (const [name, value] of Object.entries(KEYS)) vi.stubEnv(name, value);
}

async function lull(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return runFake(args, { cwd: temporaryFolder(), env, fetch, sleep: () => Promise.resolve() });
}

describe('without an option', () => {
  it('says that no lull dev runs here, and what to do', async () => {
    const { exitCode, err } = await lull(['list']);
    expect(exitCode).toBe(4);
    expect(err).toMatch(
      /^error: no lull dev runs in \S+ or a folder above it: start one there \(npx lull dev\), or name a deployed engine with --stack NAME or --endpoint URL\n$/,
    );
  });

  it('--json says the same as JSON', async () => {
    const { exitCode, err, out } = await lull(['list', '--json']);
    expect([exitCode, out]).toEqual([4, '']);
    expect(JSON.parse(err)).toMatchObject({
      error: { exitCode: 4, message: expect.stringContaining('no lull dev runs') as string },
    });
  });

  it('says which folder --dir names, if none runs there', async () => {
    expect((await lull(['list', '--dir', '/nowhere/.lull'])).err).toContain(
      'no lull dev has its runs in /nowhere/.lull now',
    );
  });
});

describe('--endpoint', () => {
  it('on this machine is asked without a signature', async () => {
    const { url, requests } = await serve(() => [200, '{"runs":[]}']);
    expect(await lull(['list', '--endpoint', `${url}/`])).toMatchObject({ exitCode: 0 });
    expect(requests[0]?.url).toBe('/runs?limit=30');
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  it('may come from the environment, and an option rules over it', async () => {
    const { url } = await serve(() => [200, '{"runs":[]}']);
    expect(await lull(['list'], { LULL_ENDPOINT: url })).toMatchObject({ exitCode: 0 });
    expect((await lull(['list', '--dir', '/nowhere'], { LULL_ENDPOINT: url })).err).toContain('/nowhere');
  });

  it('sends the headers that are given, as of a JWT', async () => {
    const { url, requests } = await serve(() => [200, '{"runs":[]}']);
    await lull(['list', '--endpoint', url, '--header', 'Authorization: Bearer abc']);
    expect(requests[0]?.headers.authorization).toBe('Bearer abc');
    expect(await lull(['list', '--endpoint', url, '--header', 'abc'])).toMatchObject({ exitCode: 2 });
  });

  it.each<[string[], number, string]>([
    [['--endpoint', 'shop'], 2, '--endpoint cannot be "shop": give an address such as https://'],
    [['--endpoint', 'http://127.0.0.1:9', '--stack', 'Shop'], 2, '--endpoint, --stack and --dir each name an engine'],
    [['--endpoint', 'http://127.0.0.1:9'], 4, 'http://127.0.0.1:9 cannot be reached: '],
    [['--endpoint', 'https://x1.execute-api.eu-west-1.amazonaws.com'], 4, 'there are no AWS credentials: sign in'],
  ])('%j ends with %i', async (args, code, message) => {
    const { exitCode, err } = await lull(['list', ...args]);
    expect([exitCode, err]).toEqual([code, expect.stringContaining(message)]);
  });

  it.each<[number, string, number, string]>([
    [403, '{"message":"Forbidden"}', 4, 'does not let this caller in (403 Forbidden)'],
    [
      403,
      '{"message":"The security token included in the request is expired"}',
      4,
      'the AWS credentials have expired: sign in again',
    ],
    [403, '{"message":"Signature expired: 20260101T000000Z is now earlier"}', 4, 'set the clock of this machine'],
    [403, `{"message":"Credential should be scoped to a valid region."}`, 4, 'is in another region'],
    [404, '{"message":"Not Found"}', 4, 'there is no engine at'],
    [500, '<html>', 4, 'answered 500: <html>'],
    [200, '<html>', 4, 'does not answer with JSON: is that the address of an engine?'],
    [404, '{"code":"NOT_FOUND","detail":"x"}', 1, 'it runs an older lull than this command'],
  ])('an answer %i %s is said in a line', async (status, body, code, message) => {
    const { url } = await serve(() => [status, body]);
    const { exitCode, err } = await lull(['list', '--endpoint', url]);
    expect([exitCode, err.split('\n').length, err]).toEqual([code, 2, expect.stringContaining(message)]);
  });

  it('that says "later" is asked again, where that does nothing twice', async () => {
    let asked = 0;
    const { url } = await serve(() =>
      (asked += 1) < 3 ? [503, '{"message":"Service Unavailable"}'] : [200, '{"runs":[]}'],
    );
    expect(await lull(['list', '--endpoint', url])).toMatchObject({ exitCode: 0 });
    expect(asked).toBe(3);
  });
});

describe('--stack', () => {
  it('finds the address in the outputs of the stack, with a signed request, and signs for it', async () => {
    withKeys();
    const engine = await serve(() => [200, '{"runs":[]}']);
    const cloudFormation = await serve(() => [200, outputs(['TableName', 'runs'], ['Url', engine.url])]);
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', cloudFormation.url);
    const ended = await lull(['list', '--stack', 'Shop', '--stack-output', 'Url'], {
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
    });
    expect(ended).toMatchObject({ exitCode: 0 });
    const [asked] = cloudFormation.requests;
    expect(asked?.url).toBe('/?Action=DescribeStacks&Version=2010-05-15&StackName=Shop');
    expect(asked?.headers.authorization).toContain('/eu-west-1/cloudformation/aws4_request');
    expect(engine.requests[0]?.headers.authorization).toContain('/eu-west-1/execute-api/aws4_request');
  });

  it.each<[number, string, number, string]>([
    [
      400,
      refusal('ValidationError', 'Stack with id Shop does not exist'),
      3,
      'there is no stack Shop in eu-west-1: is it in another region (--region) or account (--profile)?',
    ],
    [
      403,
      refusal('ExpiredToken', 'The security token included in the request is expired'),
      4,
      'the AWS credentials have expired',
    ],
    [
      403,
      refusal('InvalidClientTokenId', 'The security token is invalid'),
      4,
      'AWS does not accept these credentials in eu-west-1',
    ],
    [403, refusal('AccessDenied', 'User may not'), 4, 'cloudformation:DescribeStacks'],
    [
      200,
      outputs(),
      3,
      "stack Shop has no output with the address of an engine (its outputs are none): add new CfnOutput(this, 'Url', { value: engine.url })",
    ],
    [
      200,
      outputs(
        ['A', 'https://a1.execute-api.eu-west-1.amazonaws.com'],
        ['B', 'https://b2.execute-api.eu-west-1.amazonaws.com'],
      ),
      2,
      'stack Shop has several addresses: choose one with --stack-output NAME',
    ],
  ])('CloudFormation answers %i, and the command says why in a line', async (status, xml, code, message) => {
    withKeys();
    const { url } = await serve(() => [status, xml]);
    const { exitCode, err } = await lull(['list', '--stack', 'Shop'], { AWS_ENDPOINT_URL_CLOUDFORMATION: url });
    expect([exitCode, err.split('\n').length, err]).toEqual([code, 2, expect.stringContaining(message)]);
  });

  it('without credentials, or without a region, says what is missing', async () => {
    expect(await lull(['list', '--stack', 'Shop', '--region', 'eu-west-1'])).toMatchObject({
      exitCode: 4,
      err: expect.stringContaining(
        'there are no AWS credentials: sign in (aws sso login), choose a --profile',
      ) as string,
    });
    withKeys();
    vi.stubEnv('AWS_REGION', undefined);
    expect(await lull(['list', '--stack', 'Shop'])).toMatchObject({
      exitCode: 4,
      err: 'error: the AWS region is not known: give --region, or set AWS_REGION\n',
    });
  });

  it('reads outputs whatever their order and their characters', () => {
    const xml =
      '<Outputs><member><Description>a &lt;b&gt;</Description><OutputValue>x&amp;y&#x41;</OutputValue><OutputKey>K</OutputKey></member></Outputs>';
    expect([...parseOutputs(xml)]).toEqual([['K', 'x&yA']]);
  });
});
