/** Functions that call functions. */
import { InvokeCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, describe, expect, it } from 'vitest';
import type { InvokeLambda, LambdaCall } from '../../../lib/local/services/lambda-service.ts';
import { startAws } from './aws-under-test.ts';
import { readSmallShop } from './small-shop.ts';

let outcome: Awaited<ReturnType<InvokeLambda>> = { kind: 'succeeded', payload: '{"ok":true}' };
const calls: LambdaCall[] = [];
const aws = await startAws(afterAll, readSmallShop, {
  invoke: async (call) => {
    calls.push(call);
    return outcome;
  },
});
const { lambda } = aws.clients(aws.workerCredentials);
const { lambda: adminLambda } = aws.clients(aws.credentials.admin);
const mailer = aws.resources.functions.find(({ name }) => name === 'Shop-Mailer')!;

const invoke = (input: object) =>
  lambda.send(new InvokeCommand({ FunctionName: mailer.name, Qualifier: 'live', Payload: '{"n":1}', ...input }));

describe('Lambda', () => {
  it('invokes a function and gives its result', async () => {
    outcome = { kind: 'succeeded', payload: '{"ok":true}' };
    const { Payload, StatusCode, ExecutedVersion } = await invoke({});
    expect([Payload?.transformToString(), StatusCode, ExecutedVersion]).toEqual(['{"ok":true}', 200, '1']);
    expect(calls.at(-1)).toEqual({
      ...{ functionArn: mailer.arn, qualifier: 'live', payload: '{"n":1}', type: 'RequestResponse' },
    });
  });

  it('takes an event without waiting for its result', async () => {
    outcome = { kind: 'accepted', requestId: 'r' };
    expect((await invoke({ InvocationType: 'Event' })).StatusCode).toBe(202);
    expect(calls.at(-1)?.type).toBe('Event');
  });

  it('knows a function by its ARN, with its alias', async () => {
    outcome = { kind: 'succeeded', payload: '1' };
    await invoke({ FunctionName: `${mailer.arn}:live`, Qualifier: undefined });
    expect(calls.at(-1)).toMatchObject({ functionArn: mailer.arn, qualifier: 'live' });
  });

  it('tells what the function threw, that there are too many at a time, and what is refused', async () => {
    outcome = { kind: 'failed', error: 'Unhandled', payload: '{"errorType":"Error"}', logTail: '' };
    expect(await invoke({})).toMatchObject({ FunctionError: 'Unhandled', StatusCode: 200 });
    outcome = { kind: 'throttled' };
    await expect(invoke({})).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    outcome = { kind: 'refused', error: 'RequestTooLargeException', statusCode: 413, message: 'too large' };
    await expect(invoke({})).rejects.toMatchObject({ name: 'RequestTooLargeException', message: 'too large' });
  });

  it('asks for the qualifier that is called, and says what is not there', async () => {
    const before = calls.length;
    await expect(invoke({ Qualifier: undefined })).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        `lambda:InvokeFunction on resource: ${mailer.arn} because no identity`,
      ) as string,
    });
    const nobody = new InvokeCommand({ FunctionName: 'nobody' });
    await expect(adminLambda.send(nobody)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(lambda.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
    expect(calls.length).toBe(before);
  });
});
