/** A history as a document: exported, read, and imported into another table. */
import {
  callback,
  continueAsNew,
  defineStep,
  query,
  random,
  setStatus,
  signal,
  sleep,
  step,
  uuid,
  workflow,
} from 'lull';
import { Client, readHistoryDocument, type HistoryDocument, type OpenRunDescription } from 'lull/client';
import { createTestEngine, createTestKey, MemoryStore } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import { silent } from '../testing/silent.ts';

const approved = signal<string>('approved');
const progress = query<string>('progress');
const charge = defineStep('charge', (cents: number) => ({ cents, at: new Date(0), tags: new Set(['a']) }));

const order = workflow('order', function* (input: { id: string }) {
  progress.handle(() => `order ${input.id}`);
  const drawn = random();
  yield* charge(990);
  yield* approved.receive();
  yield* sleep('1 day');
  return { drawn, id: uuid() };
});

async function runningOrder() {
  const engine = createTestEngine({ workflows: [order], log: silent });
  const run = await engine.start(order, { id: 'o1' }, { id: 'o1', attributes: { tier: 'gold' } });
  await engine.settle();
  await run.signal(approved, 'yes');
  await engine.settle();
  return { engine, run };
}

const asText = (document: HistoryDocument): HistoryDocument => JSON.parse(JSON.stringify(document)) as HistoryDocument;

describe('run.exportHistory', () => {
  it('gives a document that JSON keeps, and that is read from its text too', async () => {
    const { run } = await runningOrder();
    const document = await run.exportHistory();
    expect(document).toMatchObject({
      format: 'lull-history',
      version: 1,
      leftOut: [],
      run: { id: 'o1', workflow: 'order' },
    });
    expect(readHistoryDocument(JSON.stringify(document, undefined, 2))).toEqual(asText(document));
    expect(readHistoryDocument(document)).toBe(document);
  });

  it('leaves out the seed, from which tokens follow, unless secrets are asked for', async () => {
    const { run } = await runningOrder();
    const seedOf = ({ links }: HistoryDocument): string => {
      const [started] = links[0]!.records[0]!.entries;
      return started?.kind === 'started' ? (started.seed ?? '') : '';
    };
    const seed = seedOf(await run.exportHistory({ secrets: true }));
    const key = seedOf(await run.exportHistory());
    expect(key).toMatch(/^random:/);
    expect(key).not.toContain(seed);
  });

  it('leaves out what sensitive steps gave and failed with', async () => {
    const secretive = workflow('secretive', function* () {
      yield* step('read card', { sensitive: true }, () => '4242-1111');
      yield* step('check card', { sensitive: true, retry: false }, () => {
        throw new Error('4242-2222');
      });
    });
    const engine = createTestEngine({ workflows: [secretive], log: silent });
    const run = await engine.start(secretive);
    await run.result().catch(() => undefined);
    const { result: _result, ...document } = await run.exportHistory();
    expect(document.leftOut).toEqual(['sensitive-values']);
    expect(JSON.stringify(document)).not.toMatch(/4242/);
    expect(JSON.stringify(await run.exportHistory({ secrets: true }))).toMatch(/4242-1111/);
  });

  it('has no arguments of steps where a token may be among them', async () => {
    const mail = defineStep('mail', (url: string) => url.length);
    const asks = workflow('asks', function* () {
      const answer = callback('answer');
      yield* mail(answer.token);
      yield* answer;
    });
    const engine = createTestEngine({ workflows: [asks], log: silent });
    const run = await engine.start(asks);
    await engine.settle();
    const argsOf = ({ links }: HistoryDocument) =>
      links[0]!.records
        .flatMap(({ entries }) => entries)
        .flatMap((entry) => (entry.kind === 'step' ? [entry.args] : []));
    expect(argsOf(await run.exportHistory())).toEqual([undefined]);
    expect(argsOf(await run.exportHistory({ secrets: true }))).toEqual([expect.any(String)]);
  });

  it('of a run that has continued as new is the last link, a chosen one, or all', async () => {
    const counts = workflow('counts', function* (n: number) {
      yield* step(`count ${n}`, () => n);
      if (n < 3) return yield* continueAsNew(n + 1);
      yield* approved.receive();
    });
    const engine = createTestEngine({ workflows: [counts], log: silent });
    const run = await engine.start(counts, 1);
    await engine.settle();
    const links = async (link?: number | 'all') => (await run.exportHistory({ link })).links;
    expect((await links()).map((each) => [each.link, each.input])).toEqual([[3, 3]]);
    expect((await links(2)).map((each) => [each.link, each.input])).toEqual([[2, 2]]);
    expect((await links('all')).map((each) => [each.link, each.input])).toEqual([
      [1, undefined],
      [2, 2],
      [3, 3],
    ]);
    await expect(links(4)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('readHistoryDocument', () => {
  it.each<[string, (text: string) => string]>([
    ['cut off', (text) => text.slice(0, -20)],
    ['no JSON', () => 'lull'],
    ['format', (text) => text.replace('lull-history', 'other-history')],
    ['version', (text) => text.replace('"version":1', '"version":2')],
    ['edited', (text) => text.replace('"gold"', '"lead"')],
    ['Give what run.exportHistory', () => '[]'],
  ])('refuses with one clear line: %s', async (problem, change) => {
    const { run } = await runningOrder();
    const text = change(JSON.stringify(await run.exportHistory()));
    expect(() => readHistoryDocument(text)).toThrow(
      expect.objectContaining({ code: 'HISTORY_UNREADABLE', message: expect.stringContaining(problem) as string }),
    );
  });

  it('does not mind that a formatter has sorted and indented it', async () => {
    const { run } = await runningOrder();
    const { digest, links, ...rest } = await run.exportHistory();
    const sorted = { links, digest, ...rest };
    expect(readHistoryDocument(JSON.stringify(sorted, undefined, 4)).digest).toBe(digest);
  });
});

describe('client.importHistory', () => {
  it('shows a run of elsewhere, which does not go on by itself', async () => {
    const { run } = await runningOrder();
    const document = asText(await run.exportHistory());
    const here = createTestEngine({ workflows: [order], log: silent });
    const imported = await here.client.importHistory(document);
    expect(imported.id).toBe('o1');
    await here.advance('30 days');
    const described = (await imported.describe({ tasks: true })) as OpenRunDescription;
    expect(described).toMatchObject({ status: 'suspended', input: { id: 'o1' }, attributes: { tier: 'gold' } });
    expect(described).not.toHaveProperty('dueAt');
    expect(described.waitsFor).toMatchObject({ from: 'code', tasks: [{ awaits: [{ kind: 'sleep' }] }] });
    expect(await imported.query(progress)).toBe('order o1');
    const kinds = async (of: typeof run) => (await here.history(of.id)).map(({ kind }) => kind);
    expect(await kinds(imported as typeof run)).toContain('signal-received');
    await expect(here.client.importHistory(document)).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' });
  });

  it('refuses an id whose run was deleted a moment ago', async () => {
    const { engine, run } = await runningOrder();
    const document = await run.exportHistory();
    await engine.advance('1 day');
    await run.result();
    await run.delete();
    await expect(engine.client.importHistory(document)).rejects.toMatchObject({
      code: 'RUN_ID_TAKEN',
      message: expect.stringContaining('the id is free again from') as string,
    });
  });

  it('shows how a run has ended', async () => {
    const { engine, run } = await runningOrder();
    await engine.advance('1 day');
    const store = new MemoryStore();
    const client = new Client({ store, workflows: [order], clock: { nowMs: () => 0, callAt: () => () => undefined } });
    const imported = await client.importHistory(JSON.stringify(await run.exportHistory()));
    expect(await imported.result()).toEqual(await run.result());
  });
});

describe('the history of a run whose values are encrypted', () => {
  const noted = workflow('noted', function* (input: { id: string }) {
    setStatus(`at ${input.id}`);
    yield* step('note', () => 'noted');
    return 'done';
  });

  async function endedRun() {
    const store = new MemoryStore();
    const payloadKey = createTestKey();
    const engine = createTestEngine({ workflows: [noted], store, payloadKey, log: silent });
    const run = await engine.start(noted, { id: 'n1' }, { id: 'n1' });
    await run.result();
    const open = (key?: typeof payloadKey) =>
      createTestEngine({ workflows: [noted], store, log: silent, ...(key && { payloadKey: key }) }).client.run('n1');
    return { store, payloadKey, open };
  }

  it('is exported with the key, in clear', async () => {
    const { payloadKey, open } = await endedRun();
    const document = await open(payloadKey).exportHistory();
    expect(document).toMatchObject({ result: 'done', run: { customStatus: 'at n1' } });
    expect(JSON.stringify(document)).not.toContain('"sealed"');
    expect(readHistoryDocument(asText(document))).toEqual(asText(document));
  });

  it('is refused without it, and while it is away: no document has records without their entries', async () => {
    const { payloadKey, open } = await endedRun();
    await expect(open().exportHistory()).rejects.toMatchObject({
      code: 'PAYLOAD_KEY',
      message: expect.stringContaining('record 1 of run "n1" cannot be decrypted') as string,
    });
    payloadKey.takeAway();
    await expect(open(payloadKey).exportHistory()).rejects.toMatchObject({ code: 'PAYLOAD_KEY' });
  });

  it.each(['input', 'result', 'customStatus'] as const)(
    'is refused where the %s alone cannot be decrypted',
    async (name) => {
      const { store, payloadKey, open } = await endedRun();
      const { items } = await store.listSealed();
      const item = items.find(({ content }) => content.kind === 'run');
      if (item?.content.kind !== 'run') throw new Error('there is to be a run');
      const other = item.content.run[name === 'input' ? 'result' : 'input']; // of another place
      const value = name === 'customStatus' && other?.kind === 'inline' ? other.value : other;
      await store.replaceSealed(item, { kind: 'run', run: { ...item.content.run, [name]: value } });
      await expect(open(payloadKey).exportHistory()).rejects.toMatchObject({ code: 'PAYLOAD_KEY' });
    },
  );
});
