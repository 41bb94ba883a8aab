/** In `npm test` a few programs, one of each kind; many more where the whole suite is asked for. */
import { join } from 'node:path';
import { startLocalCloud } from 'lull/local';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { synthesizeStack } from '../infra/built-stack.ts';
import { temporaryFolder, whenAllIsOver } from '../local/temporary-folder.ts';
import { openStack } from './homes/stack-stage.ts';
import { playKilledReaders, READERS_ENTRY } from './killed-readers.ts';
import { play, resultOf } from './play.ts';
import { nameOf } from './program.ts';
import { allPrograms } from './programs/all-programs.ts';
import { patternPrograms } from './programs/patterns.ts';
import type { Stage } from './stage.ts';

const FEW = [
  ...['asyncio.s11_task_states', 'checkout', 'forgotten-await', 'log-at-every-level'],
  ...['step-throws-an-own-class', 'zod-input', 'cancel-cleans-up', 'signup that is confirmed'],
  ...['transaction-writes-once', 'purse-of-a-run', 'story-as-it-is-written'],
];

const isComplete = process.env['LULL_CONFORMANCE'] === 'complete';
const programs = allPrograms.filter(
  (program, index) =>
    FEW.includes(nameOf(program)) || (isComplete && (index % 3 === 0 || patternPrograms.includes(program))),
);

let stage: Stage;

const whenDone = whenAllIsOver();

beforeAll(async () => {
  stage = await openStack(whenDone);
}, 300_000);

describe('on the cloud of the template, each program ends as it says', { timeout: 180_000 }, () => {
  it.each(programs.map((program) => [nameOf(program), program] as const))('%s', async (_name, program) => {
    expect(await play(program, stage)).toEqual([]);
  });

  if (isComplete) {
    it('a reader or a caller that is killed, and comes again, has all of it once', async () => {
      const from = synthesizeStack(onTestFinished, { entry: READERS_ENTRY });
      const dir = join(temporaryFolder(onTestFinished), 'cloud');
      const cloud = await startLocalCloud({ from, dir, maxSandboxes: 3 });
      onTestFinished(() => cloud.stop());
      await playKilledReaders(cloud);
    });
  }
});

describe('on the cloud of a template with `publicCallbacks`, a link', { timeout: 180_000 }, () => {
  const post = (url: string, body?: string): Promise<Response> =>
    stage.fetchLink(url, { method: 'POST', ...(body !== undefined && { body }) });
  const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code?: string }).code];

  async function startExpense(): Promise<{ id: string; link: string }> {
    const body = JSON.stringify({ by: 'Ada', cents: 4200 });
    const started = await stage.fetch('/workflows/expense-approval/runs', { method: 'POST', body });
    const { id } = (await started.json()) as { id: string };
    return { id, link: await resultOf(stage, id, 'ask the manager') };
  }

  it('completes its callback without credentials, once, and lets in nobody with another token', async () => {
    const { id, link } = await startExpense();
    const forged = `${link.slice(0, -4)}AAAA`;
    expect(await codeOf(await post(forged, 'true'))).toEqual([401, 'INVALID_TOKEN']);
    expect(await codeOf(await post(`${forged}/fail`, '{}'))).toEqual([401, 'INVALID_TOKEN']);
    expect((await post(`${link}/heartbeat`)).status).toBe(200);
    expect((await post(link, 'true')).status).toBe(200);
    await stage.untilEnded(id);
    expect(await (await stage.fetch(`/runs/${id}`)).json()).toMatchObject({ status: 'completed', result: 'paid' });
    expect(await codeOf(await post(link, 'true'))).toEqual([410, 'CALLBACK_DONE']);
  });

  it('has expired when the time of its callback is up', async () => {
    const { id, link } = await startExpense();
    await stage.advance(8 * 86_400_000);
    await stage.untilEnded(id);
    expect(await codeOf(await post(link, 'true'))).toEqual([401, 'INVALID_TOKEN']);
    expect(await (await stage.fetch(`/runs/${id}`)).json()).toMatchObject({ result: 'nobody decided' });
  });

  it('opens no other route', async () => {
    const { id, link } = await startExpense();
    const api = new URL(link).origin;
    for (const [method, path] of [
      ['GET', `/runs/${id}`],
      ['GET', `/callbacks/${link.split('/').at(-1)}`],
      ['POST', `/runs/${id}/cancel`],
      ['POST', '/workflows/expense-approval/runs'],
    ] as const) {
      expect([path, (await stage.fetchLink(`${api}${path}`, { method })).status]).toEqual([path, 403]);
    }
  });
});
