import { describe, expect, it } from 'vitest';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { gather, LullError, NonRetryableError, remoteStep, TimeoutError, workflow } from 'lull';
import { createTestEngine, crashEverywhere } from 'lull/testing';
import { createFunctionInvoker } from '../../lib/lambda/invoke-function.ts';

const transcode = workflow('transcode', function* (video: string) {
  return yield* remoteStep<string>('transcode', { function: 'transcoder', timeout: '2h' }, { video });
});

describe('a remote step', () => {
  it('gives what the function answers with, and hands it the payload', async () => {
    const engine = createTestEngine({ workflows: [transcode] });
    engine.mockStep('transcode', ({ video }: { video: string }) => `${video}.mp4`);
    expect(await engine.run(transcode, 'cats')).toBe('cats.mp4');
    expect(engine.calls('transcode')).toEqual([{ video: 'cats' }]);
  });

  it('is tried again when the function fails, and fails with its last error', async () => {
    const engine = createTestEngine({ workflows: [transcode] });
    let attempts = 0;
    engine.mockStep('transcode', () => {
      attempts += 1;
      if (attempts < 3) throw new Error('no room');
      throw new NonRetryableError('not a video');
    });
    await expect(engine.run(transcode, 'cats')).rejects.toThrow('not a video');
    expect(attempts).toBe(3);
  });

  it('that never answers is tried again, and then is a TimeoutError', async () => {
    const silent = workflow('silent', function* () {
      const options = { function: 'transcoder', timeout: '1h', retry: { maxAttempts: 2 } };
      return yield* remoteStep('silent', options);
    });
    const invoked: unknown[] = [];
    const engine = createTestEngine({ workflows: [silent] });
    engine.mockStep('silent', () => {
      invoked.push(engine.now().getTime());
      return new Promise(() => undefined);
    });
    const startedAtMs = engine.now().getTime();
    await expect(engine.run(silent)).rejects.toThrow(TimeoutError);
    expect(engine.now().getTime() - startedAtMs).toBeGreaterThanOrEqual(2 * 3_600_000);
    expect(invoked.length).toBeGreaterThanOrEqual(2);
  });

  it('whose function is not there fails at once, and says what to do', async () => {
    const engine = createTestEngine({ workflows: [transcode] });
    await expect(engine.run(transcode, 'cats')).rejects.toMatchObject({
      code: 'FUNCTION_NOT_FOUND',
      message: expect.stringContaining("engine.mockStep('transcode'") as unknown,
    });
  });

  it.each([
    [{ function: '' }, 'the function of remote step "x" is ""'],
    [{ function: 'f', timeout: 'soon' }, 'the timeout of remote step "x"'],
    [{ function: 'f', retries: 3 }, 'has no option "retries"'],
  ])('refuses %j', async (options, problem) => {
    const wrong = workflow('wrong', function* () {
      yield* remoteStep('x', options as never);
    });
    const engine = createTestEngine({ workflows: [wrong] });
    await expect(engine.run(wrong)).rejects.toThrow(problem);
  });

  it('gives one answer, whatever crashes', async () => {
    const both = workflow('both', function* () {
      return yield* gather(['a', 'b'].map((name) => remoteStep(name, { function: 'f' }, name)));
    });
    await crashEverywhere({
      workflows: [both],
      scenario: async (engine) => {
        for (const name of ['a', 'b']) engine.mockStep(name, (payload: string) => `${payload}!`);
        expect(await engine.run(both)).toEqual(['a!', 'b!']);
      },
    });
  });
});

describe('the invocation of a function', () => {
  const call = { payload: { a: 1 }, token: 't', runId: 'r', step: 's', attempt: 1, idempotencyKey: 'k' };
  const clientThat = (send: (command: { input: unknown }) => unknown): LambdaClient =>
    Object.assign(new LambdaClient({ region: 'eu-central-1' }), { send });

  it('is asynchronous, with the call as its event', async () => {
    const sent: unknown[] = [];
    await createFunctionInvoker(clientThat(({ input }) => void sent.push(input)))('transcoder', call);
    expect(sent).toEqual([{ FunctionName: 'transcoder', InvocationType: 'Event', Payload: JSON.stringify(call) }]);
  });

  it.each([
    ['ResourceNotFoundException', 'FUNCTION_NOT_FOUND', 'there is no function "f"'],
    ['AccessDeniedException', 'FUNCTION_REFUSED', 'fn.grantInvoke(engine.worker)'],
    ['TooManyRequestsException', 'FUNCTION_UNAVAILABLE', 'was not invoked'],
  ])('that is answered with %s is %s', async (name, code, text) => {
    const refuse = (): never => {
      throw Object.assign(new Error('no'), { name });
    };
    const error: unknown = await createFunctionInvoker(clientThat(refuse))('f', call).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(LullError);
    expect((error as LullError).code).toBe(code);
    expect((error as LullError).message).toContain(text);
  });
});
