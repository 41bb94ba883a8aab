/**
 * What a deployment of the example app takes: its synthesis, its bundles, and, under Lambda's own runtime client, a cold
 * start and a warm turn of the worker beside a handler that does nothing.
 *
 * Cold: from the start of the process to the end of its first turn, in which a run is loaded, begun, does a step and
 * goes to sleep. The calls of that turn to the table and the queue are signed and checked, as in AWS.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalCloud } from 'lull/local';
import { createFunction } from '../../lib/local/functions/function.ts';
import type { CloudEvent } from '../../lib/local/cloud-event.ts';
import { SystemClock } from '../../lib/memory/system-clock.ts';
import { median, round } from '../measure.ts';

const ROOT = join(import.meta.dirname, '../..');
const COLD_STARTS = 5;
const WARM_TURNS = 20;
const INPUT = { customer: 'ada@example.com', card: '4242424242424242', cents: 990, months: 12 };

type Ended = Extract<CloudEvent, { kind: 'invocation-ended' }>;

export async function measureLambda(): Promise<Record<string, unknown>[]> {
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'bench-lambda-'));
  try {
    const assembly = join(folder, 'cdk.out');
    const beganAtMs = performance.now();
    execFileSync('npx', ['cdk', 'synth', '--quiet', '--output', assembly], { cwd: ROOT, stdio: 'ignore' });
    const synthSeconds = round((performance.now() - beganAtMs) / 1000, 1);
    return [
      { of: 'synth of the example app', seconds: synthSeconds },
      { of: 'bundles, minified', kilobytes: bundleKilobytes(assembly) },
      { of: 'an empty handler', ...(await emptyHandler()) },
      { of: 'the worker', ...(await worker(assembly, join(folder, 'runs'))) },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function bundleKilobytes(assembly: string): number[] {
  return readdirSync(assembly)
    .filter((name) => name.startsWith('asset.'))
    .map((asset) => Math.round(statSync(join(assembly, asset, 'index.mjs')).size / 1000))
    .sort((a, b) => b - a);
}

async function emptyHandler(): Promise<Record<string, number>> {
  const codePath = mkdtempSync(join(tmpdir(), 'lull-bench-empty-'));
  writeFileSync(join(codePath, 'index.mjs'), 'export const handler = async () => ({});\n');
  const ended: Ended[] = [];
  const [name, arn] = ['empty', 'arn:aws:lambda:us-east-1:000000000000:function:empty'];
  const lambda = createFunction({
    function: {
      isolation: 'lambda',
      ...{ id: 'Bench/Empty', name, arn, codePath, handler: 'index.handler', runtime: 'nodejs24.x', environment: {} },
      ...{ timeoutMs: 10_000, memoryMb: 1024, roleArn: 'arn:aws:iam::000000000000:role/empty' },
      ...{ qualifiers: [], maxRetryAttempts: 0 },
    },
    region: 'us-east-1',
    clock: new SystemClock(),
    environment: () => ({}),
    report: (notice) => {
      if (notice.kind === 'invocation-ended') ended.push(notice);
    },
  });
  try {
    for (let start = 0; start < COLD_STARTS; start += 1) {
      await lambda.invoke('{}');
      for (let turn = 0; turn < WARM_TURNS / COLD_STARTS; turn += 1) await lambda.invoke('{}');
      lambda.kill();
      await untilGone(() => lambda.sandboxes().length);
    }
  } finally {
    await lambda.stop(1000);
    rmSync(codePath, { recursive: true, force: true });
  }
  return figures(ended);
}

async function worker(assembly: string, dir: string): Promise<Record<string, number>> {
  const ended: Ended[] = [];
  const log = (notice: CloudEvent): void => {
    if (notice.kind === 'invocation-ended' && notice.function.includes('Worker')) ended.push(notice);
  };
  const cloud = await startLocalCloud({ from: assembly, dir, maxSandboxes: 1, log });
  try {
    const client = cloud.client();
    const turn = async (): Promise<void> => {
      const before = ended.length;
      await client.start('subscription', INPUT);
      while (ended.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    for (let start = 0; start < COLD_STARTS; start += 1) {
      await turn();
      for (let warm = 0; warm < WARM_TURNS / COLD_STARTS; warm += 1) await turn();
      cloud.killWorker();
      await untilGone(() => cloud.workers().length);
    }
  } finally {
    await cloud.stop();
  }
  return figures(ended);
}

function figures(ended: readonly Ended[]): Record<string, number> {
  const cold = ended.filter(({ initMs }) => initMs !== undefined);
  const warm = ended.filter(({ initMs }) => initMs === undefined);
  return {
    initMs: round(median(cold.map(({ initMs = Number.NaN }) => initMs)), 0),
    coldMs: round(median(cold.map(({ initMs = Number.NaN, durationMs }) => initMs + durationMs)), 0),
    warmMs: round(median(warm.map(({ durationMs }) => durationMs)), 1),
    memoryMb: Math.max(...ended.map(({ maxMemoryMb = 0 }) => maxMemoryMb)),
  };
}

async function untilGone(count: () => number): Promise<void> {
  while (count() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
