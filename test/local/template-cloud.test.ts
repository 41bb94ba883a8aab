/** The cloud of a synthesized template, as a whole: one cloud for most, since it takes a second, and a synth ten. */
import { join } from 'node:path';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Run } from 'lull/client';
import { startLocalCloud, CloudError, type StackCloud, type StackCloudOptions, type CloudEvent } from 'lull/local';
import { readTemplate } from '../../lib/local/template/read-template.ts';
import { temporaryFolder, whenAllIsOver, type WhenDone } from './temporary-folder.ts';
import { waitUntil } from './wait-until.ts';
import { changeTemplate, synthesizeStack, type Template } from '../infra/built-stack.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** How long a busy machine may take for a turn, with a cold start. */
const SLACK_MS = 15_000;

const whenDone = whenAllIsOver();
let from: string;
let cloud: StackCloud;
let notices: CloudEvent[];

async function startCloud(
  options: Partial<StackCloudOptions>,
  whenDone: WhenDone = onTestFinished,
): Promise<{ cloud: StackCloud; notices: CloudEvent[] }> {
  const heard: CloudEvent[] = [];
  const dir = join(temporaryFolder(whenDone), 'cloud');
  const started = await startLocalCloud({
    from,
    dir,
    maxSandboxes: 4,
    log: (notice) => heard.push(notice),
    ...options,
  });
  whenDone(() => started.stop());
  return { cloud: started, notices: heard };
}

beforeAll(async () => {
  from = synthesizeStack(whenDone);
  const { httpApis } = readTemplate(from, { sqs: 'http://127.0.0.1', apiUrl: () => 'http://127.0.0.1' });
  const callers = { reader: [allow(`${httpApis[0]!.arn}/$default/GET/runs/*`)], stranger: [] };
  ({ cloud, notices } = await startCloud({ callers, env: { GREETER: 'the environment' } }, whenDone));
}, 120_000);

const allow = (resource: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resource }],
});

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

describe('the HTTP API', () => {
  it('runs a workflow for a signed request', async () => {
    const answer = await cloud.fetch('/workflows/echo/runs?wait=20s', post('hello'));
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { status: 'completed', result: 'hello from the environment' },
    ]);
  });

  it('lets requests wait that this machine cannot serve at once', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, () => cloud.fetch('/runs/none')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
  });

  it('refuses a request without a signature, and one that is signed by somebody else', async () => {
    const stranger = { accessKeyId: 'AKIA0000000000000000', secretAccessKey: 'guess' };
    const forger = { ...cloud.credentials.admin, secretAccessKey: 'guess' };
    for (const answer of [
      await fetch(`${cloud.url}/runs`),
      await fetch(`${cloud.url}/callbacks/some-token`, post(true)), // the construct says no publicCallbacks
      await cloud.fetch('/runs', {}, stranger),
      await cloud.fetch('/runs', {}, forger),
    ]) {
      expect([answer.status, await answer.json()]).toEqual([403, { message: 'Forbidden' }]);
    }
  });

  it('lets a caller do what its policies allow, and nothing else', async () => {
    const [reader, stranger] = [cloud.credentials.ofUser('reader'), cloud.credentials.ofUser('stranger')];
    expect((await cloud.fetch('/runs/none', {}, reader)).status).toBe(404); // of the function: it was let in
    expect((await cloud.fetch('/runs', {}, reader)).status).toBe(403);
    expect((await cloud.fetch('/workflows/echo/runs', post('x'), reader)).status).toBe(403);
    expect((await cloud.fetch('/runs/none', {}, stranger)).status).toBe(403);
    expect(() => cloud.credentials.ofUser('nobody')).toThrow('there are reader, stranger');
  });
});

interface Nap {
  readonly beganAtMs: number;
  readonly wokeAtMs: number;
}

async function sleptMs(run: Run<Nap>): Promise<number> {
  const { beganAtMs, wokeAtMs } = await run.result({ timeout: '5s' });
  return wokeAtMs - beganAtMs;
}

async function statusOf(run: Run<unknown>): Promise<string> {
  return (await run.describe()).status;
}

async function wakesOf(run: Run<unknown>): Promise<number> {
  let count = 0;
  for await (const event of run.history()) if (event.kind === 'step' && event.name === 'end') count += 1;
  return count;
}

describe('long sleeps', { timeout: 120_000 }, () => {
  const startNap = async (duration: string): Promise<Run<Nap>> => {
    const run = (await cloud.client().start('nap', duration)) as Run<Nap>;
    await cloud.advance(0); // until it sleeps
    return run;
  };

  it('of ten minutes end by the delay of a message, at their second', async () => {
    const run = await startNap('10 minutes');
    await cloud.advance('9m 40s');
    expect(await statusOf(run)).toBe('suspended');
    await cloud.advance('20s');
    expect(await sleptMs(run)).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    expect(await sleptMs(run)).toBeLessThan(10 * MINUTE_MS + SLACK_MS);
    expect(await wakesOf(run)).toBe(1);
  });

  it.each([
    ['ten minutes', '10 minutes', 10 * MINUTE_MS],
    ['16 minutes', '16 minutes', 16 * MINUTE_MS],
    ['three days', '3 days', 3 * DAY_MS],
    ['a year', '365 days', 365 * DAY_MS],
  ])(
    'of %s end once, not early and at most one sweep late, though all messages are lost',
    async (_what, duration, ms) => {
      const run = await startNap(duration);
      cloud.queues.purge();
      await cloud.advance(ms - 30_000);
      expect(await statusOf(run)).toBe('suspended');
      cloud.queues.purge();
      await cloud.advance(30_000 + MINUTE_MS);
      const slept = await sleptMs(run);
      expect(slept).toBeGreaterThanOrEqual(ms);
      expect(slept).toBeLessThan(ms + MINUTE_MS + SLACK_MS);
      await cloud.advance('2 days');
      expect(await wakesOf(run)).toBe(1);
    },
  );
});

it('requests that are signed by the time of the caller are taken wherever the clock was moved to', async () => {
  await cloud.advance('400 days');
  expect(cloud.nowMs()).toBeGreaterThan(Date.now() + 399 * DAY_MS);
  expect((await cloud.fetch('/runs?limit=1')).status).toBe(200);
});

it('a schedule starts a run once for all the times that the clock leapt over', async () => {
  const count = async (): Promise<number> => cloud.client({}).count({ workflow: 'echo', status: 'completed' });
  const before = await count();
  await cloud.advance('1 hour');
  await cloud.advance('5 hours');
  expect(await count()).toBe(before + 2);
});

it('a message that nobody can read becomes a dead letter, and holds up nobody else', async () => {
  const sqs = new SQSClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: cloud.credentials.admin,
  });
  onTestFinished(() => sqs.destroy());
  const QueueUrl = queueUrl();
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  const run = await cloud.client().start('echo', 'meanwhile');
  expect(await run.result({ timeout: '20s' })).toBe('meanwhile from the environment');
  await cloud.advance('1 hour');
  expect(cloud.deadLetters()).toEqual(['poison']);
  expect(notices).toContainEqual(expect.objectContaining({ kind: 'dead-letter', body: 'poison' }));
  const deadLetterQueue = cloud.queues.ids().find((id) => id.includes('DeadLetter'))!;
  expect(cloud.queues.size(deadLetterQueue)).toBe(1);
});

function queueUrl(): string {
  const url = cloud.queues.ids().find((id) => !id.includes('DeadLetter'))!;
  return `${cloud.endpoint}/000000000000/${url.replace('/', '-')}`;
}

it('no call of a function was denied in all of this', () => {
  const calls = cloud.iam.calls().filter(({ principal }) => principal.includes(':assumed-role/'));
  expect(calls.filter(({ denied }) => denied > 0)).toEqual([]);
  expect(calls.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['dynamodb:PutItem', 'dynamodb:Query', 'sqs:SendMessage', 'lambda:InvokeFunction']),
  );
  expect(notices.filter(({ kind }) => kind === 'call-denied' || kind === 'not-called').map(callers)).toEqual(
    notices.filter(({ kind }) => kind === 'call-denied').map(() => 'a caller of the API'),
  );
});

/** Those of the tests above were denied by the API. */
function callers(notice: CloudEvent): string {
  return notice.kind === 'call-denied' && notice.principal.includes(':user/') ? 'a caller of the API' : notice.kind;
}

it('runs go on after a restart with the same folder', async () => {
  const dir = join(temporaryFolder(), 'cloud');
  const first = await startCloud({ dir });
  const { id } = await first.cloud.client().start('nap', '1 hour');
  await first.cloud.advance(0);
  await first.cloud.stop();
  const { cloud: second } = await startCloud({ dir });
  await second.advance('62 minutes');
  expect(await sleptMs(second.client().run<Nap>(id))).toBeGreaterThanOrEqual(60 * MINUTE_MS);
});

describe('a template in which something is missing', () => {
  const worker = (template: Template, type: string): Record<string, unknown> =>
    Object.entries(template.Resources).find(([id, { Type }]) => Type === type && id.includes('Worker'))![1].Properties;

  function withoutAction(action: string): string {
    const change = (template: Template): void => {
      const { PolicyDocument } = worker(template, 'AWS::IAM::Policy') as {
        PolicyDocument: { Statement: { Action: string | string[] }[] };
      };
      for (const statement of PolicyDocument.Statement) {
        statement.Action = [statement.Action].flat().filter((each) => each !== action);
      }
    };
    return changeTemplate(from, change, onTestFinished);
  }

  it('a grant: the call is denied in the words of AWS, and the log names the action and the grant', async () => {
    const { cloud: poor, notices: heard } = await startCloud({ from: withoutAction('dynamodb:PutItem') });
    const run = await poor.client().start('echo', 'never');
    const outputs = (): string => heard.map((notice) => (notice.kind === 'output' ? notice.line : '')).join('\n');
    await waitUntil(() => outputs().includes('dynamodb:PutItem'));
    const [denied] = heard.filter((notice) => notice.kind === 'call-denied');
    expect(denied).toMatchObject({ action: 'dynamodb:PutItem' });
    expect(denied?.message).toMatch(
      /^User: arn:aws:sts::0{12}:assumed-role\/Shop-\S+ is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:0{12}:table\/Shop-\S+ because no identity-based policy allows the dynamodb:PutItem action$/,
    );
    expect(outputs()).toContain('let it have the role that the construct made');
    expect(poor.iam.calls()).toContainEqual(expect.objectContaining({ action: 'dynamodb:PutItem', denied: 1 }));
    expect(await statusOf(run)).toBe('running');
  });

  it('the right to receive: the event source polls nothing, and says why', async () => {
    const { notices: heard } = await startCloud({ from: withoutAction('sqs:ReceiveMessage') });
    expect(heard).toContainEqual({
      kind: 'not-called',
      source: expect.stringContaining('Shop/WorkflowsWorkerSqsEventSource') as string,
      reason: expect.stringMatching(/^PROBLEM: .* sqs:ReceiveMessage on resource: /) as string,
    });
  });

  it('the permission of the API: it answers 500, as on AWS, and the log says why', async () => {
    const { cloud: poor, notices: heard } = await startCloud({
      from: changeTemplate(
        from,
        (template) => {
          const isPermission = (type: string, { Principal }: Record<string, unknown>): boolean =>
            type === 'AWS::Lambda::Permission' && Principal === 'apigateway.amazonaws.com';
          template.Resources = Object.fromEntries(
            Object.entries(template.Resources).filter(([, made]) => !isPermission(made.Type, made.Properties)),
          );
        },
        onTestFinished,
      ),
    });
    const answer = await poor.fetch('/runs');
    expect([answer.status, await answer.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    expect(heard).toContainEqual(
      expect.objectContaining({ kind: 'request', reason: expect.stringContaining('no Lambda permission') as string }),
    );
  });

  it('visibility for as long as the function may take: it does not start, and says which', async () => {
    const shortened = changeTemplate(
      from,
      ({ Resources }) => {
        for (const { Type, Properties } of Object.values(Resources)) {
          if (Type === 'AWS::SQS::Queue' && 'RedrivePolicy' in Properties) Properties['VisibilityTimeout'] = 29;
        }
      },
      onTestFinished,
    );
    const starting = startCloud({ from: shortened });
    await expect(starting).rejects.toThrow(CloudError);
    await expect(starting).rejects.toThrow(/hides them for 29 s, and Shop\/WorkflowsWorker\S* may take 30 s/);
  });
});
