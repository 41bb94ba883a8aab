/** `lull pause --workflow`, `lull resume --workflow` and `lull workflows`; what they print is kept beside this file. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { signal } from '../../lib/api/signal.ts';
import { workflow } from '../../lib/api/workflow.ts';
import { createCommandWorld } from './command-world.ts';
import type { Ended } from './fake-surroundings.ts';

const go = signal<string>('go');
const idle = workflow('idle', function* () {
  return yield* go.receive();
});
const other = workflow('other', function* () {
  yield* go.receive();
});

async function expectGolden(name: string, { exitCode, out, err }: Ended): Promise<void> {
  const text = `${out}${err === '' ? '' : `--- stderr\n${err}`}--- exit code ${exitCode}\n`;
  const shown = text.replace(/[^\s(]*?([\w.-]+\.ts):\d+(:\d+)?/g, '$1:LINE');
  await expect(shown).toMatchFileSnapshot(join(import.meta.dirname, 'golden', `${name}.txt`));
}

beforeEach(() => vi.stubEnv('TZ', 'UTC'));

describe('lull pause --workflow', () => {
  it('holds the runs of a workflow; workflows and show know it; resume lets them go on', async () => {
    const { lull, engine } = createCommandWorld([idle, other]);
    await lull(['start', 'idle', '--id', 'i-1']);
    await engine.settle();
    await expectGolden('pause-workflow', await lull(['pause', '--workflow', 'idle', '--reason', 'the bank is down']));
    await expectGolden('workflows', await lull(['workflows']));
    const lines = (await lull(['workflows', '--json'])).out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { name: 'idle', paused: true },
      { name: 'other', paused: false },
    ]);
    await lull(['signal', 'i-1', 'go', '"x"']);
    await engine.advance('10 minutes');
    await expectGolden('show-workflow-paused', await lull(['show', 'i-1']));
    await expectGolden('resume-workflow', await lull(['resume', '--workflow', 'idle']));
    expect(JSON.parse((await lull(['resume', '-w', 'idle', '--json'])).out)).toEqual({ name: 'idle', paused: false });
    await engine.advance('2 minutes');
    expect((await engine.client.run('i-1').describe()).status).toBe('completed');
  });

  it.each([
    [['pause'], 2, 'name a run, or a workflow with --workflow'],
    [['pause', 'i-1', '--workflow', 'idle'], 2, 'name either a run (i-1) or a workflow (--workflow idle)'],
    [['pause', 'i-1', '--reason', 'x'], 2, '--reason is for a workflow'],
    [['pause', '--workflow', 'idl'], 3, 'did you mean "idle"?'],
    [['resume', '--workflow', 'idl'], 3, 'did you mean "idle"?'],
  ])('refuses %j', async (args, exitCode, message) => {
    const { lull } = createCommandWorld([idle, other]);
    const ended = await lull(args);
    expect(ended).toMatchObject({ exitCode, err: expect.stringContaining(message) as string });
  });
});
