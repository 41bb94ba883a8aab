/** What becomes of a stream as its run continues, is tried again, is forked, and is deleted. */
import { describe, expect, it } from 'vitest';
import { continueAsNew, step, stream, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { readStream as read } from './read-stream.ts';

const tokens = stream<string>('tokens');
const numbers = stream<number>('numbers');

describe('a stream', () => {
  it('goes on over continueAsNew, with its places', async () => {
    const flow = workflow('flow', function* (left: number) {
      yield* numbers.write(left);
      yield* step('work', (context) => context.write(numbers, left * 10));
      if (left > 1) yield* continueAsNew(left - 1);
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow, 3);
    expect(await read(run, numbers, { follow: true })).toEqual([3, 30, 2, 20, 1, 10]);
  });

  it('goes on over a retry: what does not stand any more stays', async () => {
    let isUp = false;
    const flow = workflow('flow', function* () {
      yield* tokens.write('begun');
      yield* step('ship', { retry: false }, (context) => {
        context.write(tokens, isUp ? 'shipped' : 'down');
        if (!isUp) throw new Error('down');
      });
      yield* tokens.write('ended');
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow);
    await run.result().catch(() => undefined);
    expect(await read(run, tokens)).toEqual(['begun', 'down']);
    isUp = true;
    await run.retry();
    await run.result();
    expect(await read(run, tokens)).toEqual(['begun', 'down', 'shipped', 'ended']);
  });

  it('of a fork begins empty', async () => {
    const flow = workflow('flow', function* () {
      yield* tokens.write('before');
      yield* step('first', (context) => context.write(tokens, 'first'));
      yield* step('second', (context) => context.write(tokens, 'second'));
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow);
    await run.result();
    const fork = await run.fork({ before: 'second#2' });
    await fork.result();
    expect(await read(fork, tokens)).toEqual(['second']);
    expect(await read(run, tokens)).toEqual(['before', 'first', 'second']);
  });

  it('is gone when its run is deleted', async () => {
    const flow = workflow('flow', function* () {
      yield* tokens.write('x');
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow, undefined, { id: 'r' });
    await run.result();
    await run.delete();
    await expect(read(run, tokens)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await engine.advance('1 hour');
    const again = await engine.start(flow, undefined, { id: 'r' });
    await again.result();
    expect(await read(again, tokens)).toEqual(['x']);
  });

  it('checks what is written by its schema, and gives readers what that makes of it', async () => {
    const doubled = stream<number, string>('doubled', {
      schema: {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value) =>
            typeof value === 'string' ? { value: Number(value) * 2 } : { issues: [{ message: 'give a text' }] },
        },
      },
    });
    const flow = workflow('flow', function* () {
      yield* doubled.write('4');
      yield* step('body', { retry: false }, (context) => {
        context.write(doubled, '5');
        context.write(doubled, 6 as never);
      });
    });
    const engine = createTestEngine({ workflows: [flow] });
    const run = await engine.start(flow);
    await expect(run.result()).rejects.toMatchObject({ cause: { cause: { code: 'INVALID_INPUT' } } });
    expect(await read(run, doubled)).toEqual([8, 10]);
  });

  it('has a name that a URL can have, and options that are known', () => {
    expect(() => stream('')).toThrow('the name of a stream is');
    expect(() => stream('..')).toThrow('no URL can have it');
    expect(() => stream('a', { schema: 1 as never })).toThrow('the schema of stream "a" is 1');
    expect(() => stream('a', null as never)).toThrow('the options of stream "a" are null');
  });
});
