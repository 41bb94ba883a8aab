import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import type { CloudEvent } from 'lull/local';
import { startCloud, startRun } from './cloud-under-test.ts';
import { temporaryProject } from './temporary-project.ts';
import { waitUntil } from './wait-until.ts';

const answering = (answer: string): string => `
  import { step, workflow } from 'lull';
  export const greet = workflow('greet', function* () {
    return yield* step('greet', () => ${answer});
  });
`;

const kinds = (notices: readonly CloudEvent[]): string[] =>
  notices.map((notice) => notice.kind).filter((kind) => kind.startsWith('reload'));

it(
  'new code is taken up when a file changes; code that is broken is told and not taken up',
  { timeout: 120_000 },
  async () => {
    const { folder, entry } = temporaryProject(answering(`'hello'`));
    const { cloud, notices } = await startCloud({ entry, dir: join(folder, '.lull'), watch: true });
    const greet = async (): Promise<unknown> => (await startRun(cloud.url, 'greet', undefined, '?wait=10s')).result;
    const change = async (code: string, expected: string): Promise<void> => {
      const before = kinds(notices).length;
      writeFileSync(entry, code);
      await waitUntil(() => kinds(notices).length > before);
      expect(kinds(notices).at(-1)).toBe(expected);
    };
    expect(await greet()).toBe('hello');

    await change(answering(`'good morning'`), 'reloaded');
    expect(await greet()).toBe('good morning');

    await change('export const = ;', 'reload-failed');
    await change(`throw new Error('not like this');`, 'reload-failed');
    expect(readdirSync(join(folder, '.lull/build'))).toHaveLength(2); // the one in use, and the one that was no good
    const reasons = notices.flatMap((notice) => (notice.kind === 'reload-failed' ? [notice.reason] : []));
    expect(reasons).toEqual([expect.stringMatching(/workflows\.ts:1:13/), expect.stringContaining('not like this')]);
    expect(await greet()).toBe('good morning');
  },
);

it(
  'a run that failed is told with its error and the author’s line, and a run that new code blocks goes on with the next',
  { timeout: 120_000 },
  async () => {
    const workflows = (name: string): string => `
      import { signal, step, workflow } from 'lull';
      const go = signal('go');
      export const fails = workflow('fails', function* () {
        yield* step('charge', { retry: false }, () => {
          throw new Error('card declined');
        });
      });
      export const waits = workflow('waits', function* () {
        yield* step('${name}', () => 1);
        yield* go.receive();
        return 'went on';
      });
    `;
    const { folder, entry } = temporaryProject(workflows('first'));
    const { cloud, notices } = await startCloud({ entry, dir: join(folder, '.lull'), watch: true });
    const reload = async (name: string): Promise<void> => {
      const before = kinds(notices).length;
      writeFileSync(entry, workflows(name));
      await waitUntil(() => kinds(notices).length > before);
      expect(kinds(notices).at(-1)).toBe('reloaded');
    };
    const noticeOf = async (kind: 'run-ended' | 'run-blocked', runId: string): Promise<CloudEvent> => {
      const isIt = (notice: CloudEvent): boolean => notice.kind === kind && notice.runId === runId;
      await waitUntil(() => notices.some(isIt));
      return notices.find(isIt)!;
    };

    await startRun(cloud.url, 'fails', undefined, '?id=f');
    const ended = await noticeOf('run-ended', 'f');
    expect(ended).toMatchObject({ status: 'failed' });
    const { reason = [] } = ended as { reason?: readonly string[] };
    expect(reason[0]).toContain('step "charge" failed');
    expect(reason[1]).toBe(`  caused by Error: card declined  (at ${entry}:6:17)`);

    await startRun(cloud.url, 'waits', undefined, '?id=w');
    await waitUntil(() => notices.some((notice) => notice.kind === 'run-started' && notice.runId === 'w'));
    const atLine = (line: number): string => expect.stringContaining(`${basename(entry)}:${line}:`) as string;
    const describeRun = async (): Promise<unknown> => (await fetch(`${cloud.url}/runs/w?tasks=true`)).json();
    await waitUntil(async () => ((await describeRun()) as { status: string }).status === 'suspended');
    expect(await describeRun()).toMatchObject({
      waitsFor: {
        from: 'code',
        tasks: [{ at: atLine(11), awaits: [{ kind: 'signal', name: 'go' }] }],
      },
    });
    await reload('renamed');
    await fetch(`${cloud.url}/runs/w/signals/go`, { method: 'POST', body: 'null' });
    expect(await noticeOf('run-blocked', 'w')).toMatchObject({
      reason: expect.stringContaining('step "first"') as string,
    });
    expect(await describeRun()).toMatchObject({
      status: 'blocked',
      blocked: { recorded: '#1 step "first"', requested: 'asks for #1 step "renamed"' },
      waitsFor: { tasks: [{ at: atLine(10) }] },
    });
    await reload('first');
    expect(await noticeOf('run-ended', 'w')).toMatchObject({ status: 'completed' });
  },
);
