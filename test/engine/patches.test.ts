import fc from 'fast-check';
import { type Coroutine, deprecatePatch, patched, signal, sleep, step, workflow } from 'lull';
import { createTestEngine, crashEverywhere } from 'lull/testing';
import { describe, expect, it } from 'vitest';
import type { AnyWorkflow } from '../../lib/core/workflow.ts';
import { SmallCloud } from './small-cloud.ts';

const go = signal<void>('go');
const record = (name: string): ReturnType<typeof step<string>> => step(name, () => name);

/** The same place, twice, as four versions of the code have it. */
const code = {
  *old() {
    return yield* record('print');
  },
  *patched() {
    return patched('mail') ? yield* record('mail') : yield* record('print');
  },
  *deprecated() {
    deprecatePatch('mail');
    return yield* record('mail');
  },
  *clean() {
    return yield* record('mail');
  },
} satisfies Record<string, () => Coroutine<string>>;
type Version = keyof typeof code;

/** Passes by the place twice, with a wait before each. */
function receipts(version: Version): AnyWorkflow {
  return workflow('receipts', function* () {
    const made: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      yield* go.receive();
      made.push(yield* code[version]());
    }
    return made;
  });
}

describe('a run that came by before the patch', () => {
  it('keeps to the old code, also at its next visit', async () => {
    const cloud = new SmallCloud([receipts('old')]);
    const run = await cloud.client.start('receipts', undefined, { id: 'r1' });
    await run.signal(go);
    await cloud.worker().turn('r1');
    const after = { workflows: [receipts('patched')] };
    await run.signal(go);
    await cloud.worker(after).turn('r1');
    expect(await run.result()).toEqual(['print', 'print']);
    expect((await cloud.entries('r1')).filter(({ kind }) => kind === 'patched')).toEqual([]);
  });

  it('is blocked by code that has no branch for it, whatever that code catches, and goes on with code that has', async () => {
    const cloud = new SmallCloud([receipts('old')]);
    const run = await cloud.client.start('receipts', undefined, { id: 'r1' });
    await run.signal(go);
    await cloud.worker().turn('r1');
    const before = await cloud.entries('r1');

    const catching = workflow('receipts', function* () {
      yield* go.receive();
      try {
        deprecatePatch('mail');
      } catch {
        return 'caught';
      }
      return yield* record('mail');
    }) as AnyWorkflow;
    await run.signal(go);
    expect(await cloud.worker({ workflows: [catching] }).turn('r1')).toMatchObject({ kind: 'blocked' });
    expect((await cloud.run('r1')).blocked?.reason).toMatch(
      /deprecatePatch\("mail"\) says that every run has the patch/,
    );
    expect(await cloud.entries('r1')).toEqual(before);

    cloud.pass(3_600_000);
    expect(await cloud.worker({ workflows: [receipts('patched')] }).turn('r1')).toMatchObject({ kind: 'ended' });
    expect(await run.result()).toEqual(['print', 'print']);
  });
});

describe('a run that comes by for the first time', () => {
  it('takes the new code when it was started with the old', async () => {
    const cloud = new SmallCloud([receipts('old')]);
    const run = await cloud.client.start('receipts', undefined, { id: 'r1' });
    await cloud.worker().turn('r1');
    await run.signal(go);
    await cloud.worker({ workflows: [receipts('patched')] }).turn('r1');
    await run.signal(go);
    await cloud.worker({ workflows: [receipts('deprecated')] }).turn('r1');
    expect(await run.result()).toEqual(['mail', 'mail']);
  });

  it('has it in its history, once, before what the new code asks for', async () => {
    const engine = createTestEngine({ workflows: [receipts('patched')] });
    const run = await engine.start(receipts('patched'), undefined);
    await run.signal(go);
    await run.signal(go);
    await run.result();
    const kinds: string[] = [];
    for await (const event of run.history()) kinds.push(event.name === 'mail' ? `${event.kind} mail` : event.kind);
    expect(kinds.slice(0, 5)).toEqual(['started', 'receive', 'signal-received', 'patched mail', 'step mail']);
    expect(kinds.filter((kind) => kind === 'patched mail')).toHaveLength(1);
  });

  it('comes to the same end wherever it crashes', async () => {
    await crashEverywhere({
      workflows: [receipts('patched')],
      scenario: async (engine) => {
        const run = await engine.start(receipts('patched'), undefined);
        await engine.settle();
        await run.signal(go);
        await run.signal(go);
        await engine.settle();
        expect(await run.result()).toEqual(['mail', 'mail']);
      },
    });
  });
});

describe('whichever version takes which turn', () => {
  const versions = fc.constantFrom<Version>('old', 'patched', 'deprecated', 'clean');

  it('a run is blocked or keeps to one branch, and patched code can always go on with it if no unmarked code ran', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(versions, { minLength: 3, maxLength: 8 }), async (turns) => {
        const cloud = new SmallCloud([receipts('patched')]);
        const run = await cloud.client.start('receipts', undefined, { id: 'r1' });
        let end = await cloud.worker({ workflows: [receipts(turns[0]!)] }).turn('r1');
        for (const [turn, version] of turns.slice(1).entries()) {
          if (end.kind === 'ended') break;
          if (turn < 2) await run.signal(go);
          cloud.pass(3_600_000);
          end = await cloud.worker({ workflows: [receipts(version)] }).turn('r1');
        }
        const entries = await cloud.entries('r1');
        const branches = entries.flatMap((entry) => (entry.kind === 'step' ? [entry.name] : []));
        const isMarked = entries.some(({ kind }) => kind === 'patched');
        if (isMarked) expect(branches[0]).toBe('mail');
        // Code that neither asks nor says so may take its branch after the other one: it does not know of the patch.
        const asks = turns.every((version) => version === 'patched' || version === 'deprecated');
        if (asks) expect(new Set(branches).size).toBeLessThanOrEqual(1);
      }),
      { seed: 20_261_122, numRuns: 150 },
    );
  });
});

it('patched outside of a run, and with a name that is none, say so', async () => {
  expect(() => patched('mail')).toThrow(/patched\(\) was called where no run is going on/);
  const odd = workflow('odd', function* () {
    yield* sleep('1s');
    return patched('');
  });
  const engine = createTestEngine({ workflows: [odd] });
  await expect(engine.run(odd, undefined)).rejects.toThrow(/the name of a patch is ""/);
});
