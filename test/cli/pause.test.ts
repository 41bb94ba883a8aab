/** `lull pause` and `lull resume`; what `list` and `show` print of a paused run is kept beside this file. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { signal } from '../../lib/api/signal.ts';
import { workflow } from '../../lib/api/workflow.ts';
import { createCommandWorld } from './command-world.ts';
import type { Ended } from './fake-surroundings.ts';

const idle = workflow('idle', function* () {
  yield* signal('never').receive();
});

function createWorld() {
  return createCommandWorld([idle]);
}

async function expectGolden(name: string, { exitCode, out, err }: Ended): Promise<void> {
  const text = `${out}${err === '' ? '' : `--- stderr\n${err}`}--- exit code ${exitCode}\n`;
  const shown = text.replace(/[^\s(]*?([\w.-]+\.ts):\d+(:\d+)?/g, '$1:LINE');
  await expect(shown).toMatchFileSnapshot(join(import.meta.dirname, 'golden', `${name}.txt`));
}

beforeEach(() => vi.stubEnv('TZ', 'UTC'));

describe('lull pause and lull resume', () => {
  it('pause and resume hold a run, and let it go on; the list and show know it', async () => {
    const { lull, engine } = createWorld();
    await lull(['start', 'idle', '--id', 'i-1']);
    await lull(['start', 'idle', '--id', 'i-2']);
    await engine.settle();
    await expectGolden('pause', await lull(['pause', 'i-1']));
    expect(JSON.parse((await lull(['pause', 'i-1', '--json'])).out)).toEqual({ id: 'i-1' });
    expect((await lull(['list', '--status', 'paused', '--json'])).out).toContain('"id":"i-1"');
    await expectGolden('show-paused', await lull(['show', 'i-1']));
    await lull(['resume', 'i-1']);
    expect((await engine.client.run('i-1').describe()).status).toBe('suspended');
    await lull(['terminate', 'i-1']);
    await engine.settle();
    expect(await lull(['pause', 'i-1'])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('has ended (terminated): it cannot take a request to pause it') as string,
    });
  });
});
