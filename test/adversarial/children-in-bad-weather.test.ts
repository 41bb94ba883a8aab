import { child, continueAsNew, gather, getRun, signal, sleep, startChild, step, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { describe, expect, it } from 'vitest';

const quick = workflow('quick', function* (n: number) {
  return yield* step('work', () => n);
});
const nap = workflow('nap', function* () {
  yield* sleep('1 day');
  return 'slept';
});
const word = signal<string>('word');

describe('children in bad weather', () => {
  it('more of them end at once than an inbox holds, and their parent learns of each', async () => {
    const parent = workflow('parent', function* () {
      const results = yield* gather([
        ...Array.from({ length: 150 }, (_, n) => child(quick, n)),
        step('long', { timeout: '5 min' }, () => 'done'),
      ]);
      return results.length;
    });
    const engine = createTestEngine({ workflows: [parent, quick] });
    expect(await engine.run(parent)).toBe(151);
  });

  it('a child outlives a parent that is purged, and ends in peace', async () => {
    const parent = workflow('parent', { retention: '15 min' }, function* () {
      const { id } = yield* startChild(nap, undefined, { id: 'orphan', onParentClose: 'abandon' });
      return id;
    });
    const engine = createTestEngine({ workflows: [parent, nap] });
    const run = await engine.start(parent);
    await run.result();
    await engine.advance('2 hours');
    await expect(run.describe()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(await engine.client.run('orphan').result()).toBe('slept');
    await engine.advance('1 hour');
    expect(await engine.client.run('orphan').describe()).toMatchObject({ status: 'completed', parent: run.id });
  });

  it('a child of a workflow that the workers do not know is an error, and no run', async () => {
    const stranger = workflow('stranger', function* () {});
    const parent = workflow('parent', function* () {
      yield* child(stranger, undefined, { id: 'never' });
    });
    const engine = createTestEngine({ workflows: [parent] });
    await expect(engine.run(parent)).rejects.toMatchObject({ code: 'UNKNOWN_WORKFLOW' });
    await expect(engine.client.run('never').describe()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('an input that cannot be stored is refused at the call, and a changed one is not what is sent', async () => {
    const parent = workflow('parent', function* () {
      const input = { n: 1 };
      const started = startChild(workflowOfObject, input);
      input.n = 2;
      const changed = yield* yield* started;
      try {
        yield* child(workflowOfObject, (() => 1) as never);
      } catch (error) {
        return [changed, (error as { code?: string }).code];
      }
      return [changed, 'sent'];
    });
    const workflowOfObject = workflow('of-object', function* ({ n }: { n: number }) {
      return yield* step('n', () => n);
    });
    const engine = createTestEngine({ workflows: [parent, workflowOfObject] });
    expect(await engine.run(parent)).toEqual([1, 'UNSERIALIZABLE_VALUE']);
  });

  it.each(['signal', 'cancel', 'query', 'update'] as const)(
    '%s to a run that has ended, and to one that is not there, says so',
    async (what) => {
      const parent = workflow('parent', function* () {
        const codes: unknown[] = [];
        for (const id of ['ended', 'nowhere']) {
          const other = getRun(id);
          const asked = {
            signal: () => other.signal(word, 'x'),
            cancel: () => other.cancel('why'),
            query: () => other.query('none'),
            update: () => other.update('none'),
          }[what]();
          const [error] = yield* gather([asked], { returnExceptions: true });
          codes.push((error as { code?: string } | undefined)?.code);
        }
        return codes;
      });
      const engine = createTestEngine({ workflows: [parent, quick] });
      await engine.run(quick, 1);
      const run = await engine.start(quick, 1, { id: 'ended' });
      await run.result();
      const ended = what === 'query' ? 'UNKNOWN_QUERY' : 'RUN_ENDED';
      expect(await engine.run(parent)).toEqual([ended, 'RUN_NOT_FOUND']);
    },
  );

  it('the child of an earlier link is not taken for the one that a later link starts at the same place', async () => {
    const parent = workflow('parent', function* (link: number) {
      try {
        yield* child(quick, 1, { id: 'same' });
      } catch (error) {
        return [link, (error as { code?: string }).code];
      }
      return yield* continueAsNew(link + 1);
    });
    const engine = createTestEngine({ workflows: [parent, quick] });
    expect(await engine.run(parent, 1)).toEqual([2, 'RUN_ID_TAKEN']);
  });

  it('a child that continues as new gives its parent the result of its last link', async () => {
    const counting = workflow('counting', function* (n: number) {
      yield* sleep('1 day');
      return n === 3 ? `link ${n}` : yield* continueAsNew(n + 1);
    });
    const parent = workflow('parent', function* () {
      return yield* gather([child(counting, 1, { id: 'counting' }), getRun('counting-too').result()]);
    });
    const engine = createTestEngine({ workflows: [parent, counting] });
    await engine.start(counting, 1, { id: 'counting-too' });
    expect(await engine.run(parent)).toEqual(['link 3', 'link 3']);
  });

  it('a child of an earlier link ends with its parent', async () => {
    const parent = workflow('parent', function* (link: number) {
      if (link === 1) yield* startChild(nap, undefined, { id: 'left' });
      if (link === 3) return link;
      return yield* continueAsNew(link + 1);
    });
    const engine = createTestEngine({ workflows: [parent, nap] });
    expect(await engine.run(parent, 1)).toBe(3);
    await engine.settle();
    expect((await engine.client.run('left').describe()).status).toBe('cancelled');
  });

  it('a tree of runs is cancelled from its top', async () => {
    const leaf = workflow('leaf', function* () {
      yield* sleep('30 days');
    });
    const branch = workflow('branch', function* () {
      yield* gather(Array.from({ length: 6 }, () => child(leaf)));
    });
    const top = workflow('top', function* () {
      yield* gather(Array.from({ length: 6 }, () => child(branch)));
    });
    const engine = createTestEngine({ workflows: [leaf, branch, top] });
    const run = await engine.start(top);
    await engine.settle();
    await run.cancel('all of it');
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    const statuses = new Map<string, number>();
    for await (const { workflow: name, status } of engine.client.list()) {
      statuses.set(`${name} ${status}`, (statuses.get(`${name} ${status}`) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 'top cancelled': 1, 'branch cancelled': 6, 'leaf cancelled': 36 });
  });
});
