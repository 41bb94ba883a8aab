/** An engine with frames, as it is deployed: what synth builds goes on from snapshots, under the roles of the template. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { startLocalCloud } from 'lull/local';
import { expect, onTestFinished, test } from 'vitest';
import { DeploymentError, WorkflowEngine } from '../../infra/index.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { temporaryProject } from '../local/temporary-project.ts';
import { synthesizeStack } from './built-stack.ts';

/** Of the metrics that its functions write. */
type Metrics = Readonly<Record<string, number | string>>;

/** Of lull, in the function's bundle: they name the code of a snapshot. */
function compiledModules(assembly: string, handler: 'createWorkerHandler' | 'createApiHandler'): string[] {
  const bundles = readdirSync(assembly)
    .filter((name) => name.startsWith('asset.'))
    .map((name) => readFileSync(join(assembly, name, 'index.mjs'), 'utf8'));
  const own = bundles.find((text) => text.includes(`"${handler}"`)) ?? '';
  const named = own.matchAll(/"(lull\/(?:api|core|schedule|scheduler)\/[\w/-]+)"/g);
  return [...new Set(Array.from(named, ([, id]) => id!))].sort();
}

test(
  'a bundle that synth has made goes on from a snapshot after a sleep, and replays nothing',
  { timeout: 120_000 },
  async () => {
    const from = synthesizeStack(onTestFinished, {
      entry: join(import.meta.dirname, '../local/fixtures/without-end.ts'),
      frames: true,
      // Each turn begins in a process that has nothing of the run in memory, as on another worker.
      settings: { snapshotRecords: 1, maxSnapshotPercent: 1_000_000, maxWarmRuns: 0 },
    });
    // What one of them stores, the other restores.
    const modules = compiledModules(from, 'createWorkerHandler');
    expect(modules).toContain('lull/scheduler/coroutine-task');
    expect(modules).toEqual(compiledModules(from, 'createApiHandler'));

    const metrics: Metrics[] = [];
    const cloud = await startLocalCloud({
      from,
      dir: join(temporaryFolder(), 'cloud'),
      log: (event) => {
        if (event.kind === 'output' && event.line.includes('"_aws"')) metrics.push(JSON.parse(event.line) as Metrics);
      },
    });
    onTestFinished(() => cloud.stop());
    const run = await cloud.client().start('nap', '3 days');
    await cloud.advance(0);
    await cloud.advance('3 days');
    await cloud.advance('2 minutes');
    const { beganAtMs, wokeAtMs } = (await run.result({ timeout: '20s' })) as Record<'beganAtMs' | 'wokeAtMs', number>;
    expect(wokeAtMs - beganAtMs).toBeGreaterThanOrEqual(3 * 86_400_000);

    const turns = metrics.filter(({ runId, outcome }) => runId === run.id && outcome !== 'dropped');
    expect(
      turns.map(({ outcome, SnapshotsWritten, SnapshotsRestored }) => [outcome, SnapshotsWritten, SnapshotsRestored]),
    ).toEqual([
      ['suspended', 1, undefined],
      ['completed', undefined, 1],
    ]);
    expect(turns.map(({ ReplayedEvents = 0 }) => ReplayedEvents)).toEqual([0, 0]);

    // The API has nothing but the base of such a run, and what came since.
    for (const workflow of ['plain', 'captured']) {
      const endless = await cloud.client().start(workflow);
      await cloud.advance(0);
      for (let day = 0; day < 3; day += 1) await cloud.advance('1 day');
      await cloud.advance('2 minutes');
      const answer = async (path: string, init?: RequestInit): Promise<unknown> =>
        (await cloud.fetch(`/runs/${endless.id}${path}`, init)).json();
      expect(await answer('/queries/days')).toBe(3);
      expect(await answer('')).toMatchObject({ history: { archived: true } });
      expect(await answer('?locals=true')).toMatchObject({
        waitsFor: {
          from: 'code',
          tasks: [{ frames: [{ variables: expect.arrayContaining([{ name: 'day', value: '3' }]) as unknown }] }],
        },
      });
      if (workflow === 'captured') continue;
      expect(await answer('/updates/skip', { method: 'POST', body: '4' })).toBe(7);
      expect(await answer('/updates/skip', { method: 'POST', body: '-1' })).toMatchObject({ code: 'UPDATE_REFUSED' });
      expect(await answer('/queries/days')).toBe(7);
    }
    expect(cloud.iam.calls().filter(({ denied }) => denied > 0)).toEqual([]);
  },
);

test.each([
  [
    'a write to a variable of the module',
    'let runs = 0; export const count = workflow("count", function* () { yield* sleep("1 day");\nruns += 1; });',
    /workflow code writes to `runs`, a variable of the module: .*\n\n {4}workflows\.ts:3:0:/s,
  ],
  [
    'a promise in a workflow with an unbounded history',
    'export const count = workflow("count", { history: "unbounded" }, function* () {\nconst held = fetch("https://example.com");\n' +
      'yield* sleep("1 day"); return held; });',
    /`held` is a promise, or holds it, and is needed behind the await point in line 4: .*\n\n {4}workflows\.ts:3:13:/s,
  ],
])('what workflow code must not do is said at synth, with file, line and reason: %s', (_what, code, place) => {
  const { entry } = temporaryProject(`import { sleep, workflow } from 'lull';\n${code}\n`);
  const stack = new Stack(new App({ outdir: temporaryFolder(), analyticsReporting: false }), 'Shop');
  let said: unknown;
  try {
    new WorkflowEngine(stack, 'Workflows', { entry, frames: true });
  } catch (error) {
    said = error;
  }
  expect(said).toBeInstanceOf(DeploymentError);
  const { code: kind, message } = said as DeploymentError;
  expect(kind).toBe('BUILD_FAILED');
  expect(message).toMatch(
    /^WorkflowEngine Shop\/Workflows: the workflows in .*workflows\.ts do not build with frames:/,
  );
  expect(message).toMatch(place);
});
