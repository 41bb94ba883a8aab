// I10: what a run writes to streams has limits, for its code and for the bodies of its steps, and a replay comes to them too.
import { expect, it } from 'vitest';
import { sleep, step, stream, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { STREAM_PAGE_LIMIT, STREAM_VALUE_LIMIT_BYTES } from '../../lib/core/stream.ts';
import { codeOf, limit } from './limit-cases.ts';

const texts = stream<string>('texts');

type Writer = 'code' | 'body';

/** Writes the texts to streams, each to the one that is named; gives the codes of errors, and how much is there then. */
async function outcomeOf(by: Writer, settings: object, writes: readonly (readonly [name: string, text: string])[]) {
  const flow = workflow('flow', function* () {
    const codes: string[] = [];
    for (const [name, text] of writes) {
      try {
        if (by === 'code') yield* stream<string>(name).write(text);
        else yield* step('body', { retry: false }, (context) => context.write(stream<string>(name), text));
      } catch (error) {
        const { code } = (by === 'code' ? error : (error as Error).cause) as { readonly code: string };
        codes.push(code);
      }
    }
    yield* sleep('1 hour'); // and then it is replayed
    return codes;
  });
  const engine = createTestEngine({ workflows: [flow], settings });
  const run = await engine.start(flow);
  await engine.settle();
  await engine.crash();
  const codes = await run.result();
  let count = 0;
  for (const name of new Set(writes.map(([name]) => name))) {
    for await (const _ of run.stream(name)) count += 1;
  }
  return [codes, count];
}

const times = (count: number, text = 'x') => Array.from({ length: count }, () => ['s', text] as const);
const names = (count: number) => Array.from({ length: count }, (_, index) => [`s${index}`, 'x'] as const);

for (const by of ['code', 'body'] as const) {
  limit('maxStreamEntries', {
    under: async () => expect(await outcomeOf(by, { maxStreamEntries: 3 }, times(2))).toEqual([[], 2]),
    at: async () => expect(await outcomeOf(by, { maxStreamEntries: 3 }, times(3))).toEqual([[], 3]),
    over: async () => expect(await outcomeOf(by, { maxStreamEntries: 3 }, times(4))).toEqual([['STREAM_FULL'], 3]),
  });

  // Each has 100 bytes, with its quotes and the comma behind it.
  limit('maxStreamBytes', {
    under: async () =>
      expect(await outcomeOf(by, { maxStreamBytes: 1_000 }, times(9, 'x'.repeat(97)))).toEqual([[], 9]),
    at: async () => expect(await outcomeOf(by, { maxStreamBytes: 1_000 }, times(10, 'x'.repeat(97)))).toEqual([[], 10]),
    over: async () =>
      expect(await outcomeOf(by, { maxStreamBytes: 1_000 }, times(11, 'x'.repeat(97)))).toEqual([['STREAM_FULL'], 10]),
  });

  limit('maxStreams', {
    under: async () => expect(await outcomeOf(by, { maxStreams: 3 }, names(2))).toEqual([[], 2]),
    at: async () => expect(await outcomeOf(by, { maxStreams: 3 }, [...names(3), ...names(3)])).toEqual([[], 6]),
    over: async () => expect(await outcomeOf(by, { maxStreams: 3 }, names(4))).toEqual([['STREAM_FULL'], 3]),
  });

  limit('STREAM_VALUE_LIMIT_BYTES', {
    under: async () =>
      expect(await outcomeOf(by, {}, times(1, 'x'.repeat(STREAM_VALUE_LIMIT_BYTES - 4)))).toEqual([[], 1]),
    at: async () =>
      expect(await outcomeOf(by, {}, times(1, 'x'.repeat(STREAM_VALUE_LIMIT_BYTES - 3)))).toEqual([[], 1]),
    over: async () =>
      expect(await outcomeOf(by, {}, times(1, 'x'.repeat(STREAM_VALUE_LIMIT_BYTES - 2)))).toEqual([
        ['PAYLOAD_TOO_LARGE'],
        0,
      ]),
  });
}

async function pageOf(size: number): Promise<number | string> {
  const flow = workflow('flow', function* () {
    for (let index = 0; index < STREAM_PAGE_LIMIT + 1; index += 1) yield* texts.write('x');
  });
  const engine = createTestEngine({ workflows: [flow] });
  const run = await engine.start(flow);
  await run.result();
  let count = 0;
  const code = await codeOf(async () => (count = (await run.streamPage(texts, { limit: size })).entries.length));
  return code === 'taken' ? count : code;
}

limit('STREAM_PAGE_LIMIT', {
  under: async () => expect(await pageOf(STREAM_PAGE_LIMIT - 1)).toBe(STREAM_PAGE_LIMIT - 1),
  at: async () => expect(await pageOf(STREAM_PAGE_LIMIT)).toBe(STREAM_PAGE_LIMIT),
  over: async () => expect(await pageOf(STREAM_PAGE_LIMIT + 1)).toBe('INVALID_ARGUMENT'),
});

async function thereAfter(ms: number): Promise<number> {
  const flow = workflow('flow', function* () {
    yield* step('body', async (context) => {
      context.write(texts, 'x');
      await new Promise(() => undefined);
    });
  });
  const engine = createTestEngine({ workflows: [flow], settings: { streamFlushMs: 2_000 } });
  const run = await engine.start(flow);
  await engine.advance(ms);
  return (await run.streamPage(texts)).entries.length;
}

limit('streamFlushMs', {
  under: async () => expect(await thereAfter(1_999)).toBe(0),
  at: async () => expect(await thereAfter(2_000)).toBe(1),
  over: async () => expect(await thereAfter(2_001)).toBe(1),
});

it('ten million bytes of tokens come through a step, in pieces that the table takes, and more are refused', async () => {
  const token = 'x'.repeat(997);
  const flow = workflow('flow', function* () {
    yield* step('model', { retry: false }, (context) => {
      for (let index = 0; index < 10_001; index += 1) context.write(texts, token);
    });
  });
  const engine = createTestEngine({ workflows: [flow] });
  const run = await engine.start(flow);
  await expect(run.result()).rejects.toMatchObject({ cause: { cause: { code: 'STREAM_FULL' } } });
  let last = 0;
  for await (const { seq } of run.stream(texts)) {
    expect(seq).toBe(last + 1);
    last = seq;
  }
  expect(last).toBe(10_000);
});
