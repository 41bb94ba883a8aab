/** `lull replay`: a history that was exported, against the code in a file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { step } from '../../lib/api/step.ts';
import { sleep } from '../../lib/api/sleep.ts';
import { workflow } from '../../lib/api/workflow.ts';
import { temporaryProject } from '../local/temporary-project.ts';
import { createCommandWorld } from './command-world.ts';
import { runFake } from './fake-surroundings.ts';

const order = workflow('order', function* () {
  yield* step('charge', () => 'paid');
  yield* sleep('1 day');
});

const code = (name: string): string => `
  import { sleep, step, workflow } from 'lull';
  export const order = workflow('order', function* () {
    yield* step('${name}', () => 'paid');
    yield* sleep('1 day');
  });
`;

/** A folder with that code, and with the history of a run of the code above. */
async function project(workflows: string): Promise<string> {
  const { engine, lull } = createCommandWorld([order]);
  await lull(['start', 'order', '--id', 'o-1']);
  await engine.settle();
  const { folder } = temporaryProject(workflows);
  writeFileSync(join(folder, 'o-1.json'), (await lull(['history', 'o-1', '--export'])).out);
  return folder;
}

describe('lull replay', { timeout: 60_000 }, () => {
  it('of code that follows says what it waits for', async () => {
    const { exitCode, out } = await runFake(['replay', 'o-1.json'], { cwd: await project(code('charge')) });
    expect([exitCode, out]).toEqual([
      0,
      expect.stringMatching(
        /^order {2}o-1 {2}\d entries\nfollows to the end of the journal, and waits there:\n {2}waits for a sleep until/,
      ),
    ]);
  });

  it('of code that does not follow shows both sides, and the line', async () => {
    const cwd = await project(code('charge card'));
    const { exitCode, out } = await runFake(['replay', 'o-1.json'], { cwd });
    expect([exitCode, out]).toEqual([
      1,
      expect.stringMatching(
        /differs: .*\n {2}recorded: {2}#1 step "charge"\n {2}requested: the code asks for #1 step "charge card" \(at .*workflows\.ts:4:\d+\)/,
      ) as string,
    ]);
    const json = await runFake(['replay', 'o-1.json', '--json'], { cwd });
    expect(JSON.parse(json.out)).toMatchObject({ kind: 'differs', recorded: '#1 step "charge"' });
  });

  it.each<[string, string[], string]>([
    ['a file that is not there', ['replay', 'o-2.json'], 'there is no such file'],
    ['an entry that is not there', ['replay', 'o-1.json', 'other.ts'], 'name the file that exports your workflows'],
    ['a file that was cut off', ['replay', 'cut.json'], 'history'],
    ['another document', ['replay', 'other.json'], 'history'],
  ])('refuses %s', async (_what, args, message) => {
    const cwd = await project(code('charge'));
    writeFileSync(join(cwd, 'cut.json'), '{"format":');
    writeFileSync(join(cwd, 'other.json'), '{"a":1}');
    const { exitCode, err } = await runFake(args, { cwd });
    expect([exitCode, err.split('\n').length, err]).toEqual([2, 2, expect.stringContaining(message)]);
  });
});
