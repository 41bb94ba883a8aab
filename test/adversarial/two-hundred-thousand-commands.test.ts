// Suspicion: what one event leads to is handed on as arguments of a call, of which JavaScript takes some 110,000.
import { sleep, workflow } from 'lull';
import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../lib/engine/settings.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentLoop } from '../../lib/core/loop.ts';
import { SETTING_RANGES } from '../../lib/ports/deployed-settings.ts';
import { SmallCloud } from '../engine/small-cloud.ts';

const COMMANDS = 200_000;
const limits = { maxPendingCommands: 2 * COMMANDS, maxJournalEvents: 4 * COMMANDS };

it('an event may lead to 200,000 timers, where the settings allow it', async () => {
  for (const [name, limit] of Object.entries(limits)) {
    expect(SETTING_RANGES[name as keyof typeof limits].to, name).toBeGreaterThanOrEqual(limit);
    expect(DEFAULT_SETTINGS[name as keyof typeof limits], name).toBeLessThan(limit);
  }
  // Without tasks, which would take their time and say nothing else.
  const timers = workflow('timers', function* () {
    const dueAtMs = Date.now() + 3_600_000;
    const { commands } = currentLoop('the test');
    for (let count = 0; count < COMMANDS; count += 1) commands.begin({ kind: 'sleep', name: 'sleep', dueAtMs });
    yield* sleep('1 hour');
  });
  const cloud = new SmallCloud([timers]);
  const { id } = await cloud.client.start(timers);
  expect(await cloud.worker(limits).turn(id)).toMatchObject({ kind: 'suspended' });
  const asked = (await cloud.records(id)).reduce((sum, { entries }) => sum + entries.length, 0);
  expect(asked).toBe(1 + COMMANDS + 1);
}, 60_000);

it('no list of the engine is handed on as arguments of a call', () => {
  const root = join(import.meta.dirname, '../../lib');
  const folders = ['api', 'client', 'codec', 'core', 'dynamodb', 'engine', 'journal', 'memory', 'scheduler'];
  const found = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { encoding: 'utf8', recursive: true }).flatMap((file) => {
      if (!file.endsWith('.ts')) return [];
      const lines = readFileSync(join(root, folder, file), 'utf8').split('\n');
      return lines.filter((line) => SPREAD.test(line)).map((line) => `${folder}/${file}: ${line.trim()}`);
    }),
  );
  expect(found).toEqual([]);
});

const SPREAD = /\.(?:push|unshift|concat|apply|fromCharCode|fromCodePoint|min|max)\((?:[^(){}]*, )?\.\.\./;
