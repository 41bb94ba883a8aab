/** One round: a cloud in an empty folder, runs and faults for a while, then calm until all has ended, then the verdict. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { attribute } from '../../lib/dynamodb/schema.ts';
import { Dice } from '../simulation/world/dice.ts';
import { Callers, type Told } from './callers.ts';
import { type Entry, follow } from './follower.ts';
import { EFFECTS_FILE, groupEffects, readEffects } from './effects.ts';
import { Incidents } from './incidents.ts';
import { judge, judgeTills, orphans, RULE_COUNT, type ShownRun } from './oracle.ts';
import { mountSmallDisk } from './small-disk.ts';
import { scanTable } from './table-scan.ts';
import { WireCloud } from './wire-cloud.ts';
import { drawPlan, type WirePlan } from './workloads.ts';

export interface RoundOptions {
  readonly seed: number;
  /** So long new runs begin. */
  readonly forMs: number;
  /** New runs wait while so many are open. */
  readonly mostOpen: number;
  /** Without any, it is a test of the test. */
  readonly faults: boolean;
  /** The cloud's folder is on a disk that can be full, where that can be had. */
  readonly smallDisk: boolean;
}

export interface RoundReport {
  readonly seed: number;
  readonly runs: number;
  readonly messages: number;
  readonly effects: number;
  readonly requests: number;
  readonly checks: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly leftovers: number;
  readonly deadLetters: number;
  readonly settledMs: number;
  /** Undefined: not asked for. */
  readonly smallDisk: 'mounted' | 'cannot be mounted' | undefined;
  readonly violations: readonly string[];
  /** Kept if a rule was broken. */
  readonly folder: string;
}

const LEASE_MS = 1_500;
/** After the last fault every run has to end within this. On a machine that has other things to do too. */
const SETTLE_LIMIT_MS = 120_000;
const LOOK_EVERY_MS = 300;
const SMALL_DISK_MEGABYTES = 64;
const ENDED = ['completed', 'failed', 'cancelled', 'terminated'];

export async function playRound({ seed, forMs, mostOpen, faults, smallDisk }: RoundOptions): Promise<RoundReport> {
  const dice = new Dice(seed);
  const folder = mkdtempSync(join(tmpdir(), 'lull-wire-'));
  const dir = join(folder, 'cloud');
  mkdirSync(dir);
  const disk = smallDisk ? mountSmallDisk(dir, SMALL_DISK_MEGABYTES) : undefined;
  const effectsFile = join(folder, 'effects.jsonl');
  writeFileSync(effectsFile, '');
  const damaged: string[] = [];
  const cloud = new WireCloud({
    ...{ dir: disk === undefined ? dir : join(dir, 'lull'), dice: dice.named('wire'), leaseMs: LEASE_MS, workers: 3 },
    effectsVariable: { [EFFECTS_FILE]: effectsFile },
    onFault: (body) => damaged.push(body),
  });
  const incidents = new Incidents({ cloud, dice: dice.named('incidents'), leaseMs: LEASE_MS, disk });
  const violations: string[] = [];
  try {
    await cloud.start();
    const callers = new Callers(() => cloud.url);
    const plans: WirePlan[] = [];
    const followers = new Map<string, Promise<Entry[]>>();
    let isOver = false;
    const followAll = (plan: WirePlan): void => {
      if (plan.expected.story !== undefined)
        followers.set(
          plan.runId,
          follow(
            () => streamOf(cloud, plan),
            () => isOver,
          ),
        );
    };
    const endMs = Date.now() + forMs;
    await Promise.all([
      begin({ plans, callers, dice: dice.named('runs'), endMs, mostOpen, url: () => cloud.url, begun: followAll }),
      faults ? incidents.goOnUntil(endMs) : undefined,
    ]);
    await Promise.all(cloud.proxies.map((proxy) => proxy.calm()));
    await cloud.untilReady();
    const calmAtMs = Date.now();
    const open = await untilAllEnded(cloud.url, plans, callers, calmAtMs + SETTLE_LIMIT_MS);
    const settledMs = Date.now() - calmAtMs;
    callers.stop();
    if (open.length > 0) isOver = true;
    const followed = new Map(await Promise.all([...followers].map(async ([id, all]) => [id, await all] as const)));
    if (open.length > 0)
      violations.push(...open.map((what) => `not ended ${SETTLE_LIMIT_MS / 1_000} s after the last fault: ${what}`));
    violations.push(...callers.odd.map((answer) => `an answer that nobody should get: ${answer}`));

    await delay(2 * LEASE_MS); // what came late is done with too
    const scan = await scanTable({ table: cloud.tableEndpoint ?? '', bucket: cloud.bucketEndpoint ?? '' });
    violations.push(...orphans(scan).map((orphan) => `an orphan in the table: ${orphan}`));
    const effects = groupEffects(readEffects(effectsFile), 'runId');
    let leftovers = 0;
    const shown: { plan: WirePlan; shown: ShownRun | undefined }[] = [];
    for (const plan of plans) {
      const { runId } = plan;
      const scanned = scan.runs.get(runId);
      const wrong = judge({
        ...{ plan, scanned, scan },
        told: callers.told.filter((told) => told.runId === runId),
        shown: await note(shown, plan, cloud.url),
        followed: followed.get(runId),
        read:
          plan.expected.story === undefined
            ? undefined
            : await follow(
                () => streamOf(cloud, plan),
                () => open.length > 0,
              ),
        effects: effects.get(runId) ?? [],
        wasLeftAlone: incidents.counts.size === 0 && !damaged.some((body) => body.includes(`"${runId}"`)),
      });
      violations.push(...wrong.map((what) => `${runId} (${plan.workflow}): ${what}`));
      if (wrong.length > 0) await keepHistory(folder, cloud, plan, callers.told);
      leftovers += scanned?.others.filter((key) => !isReferred(key, scanned.run)).length ?? 0;
    }
    violations.push(...judgeTills(shown));
    return {
      ...{ seed, runs: plans.length, violations, folder, leftovers, settledMs, deadLetters: cloud.deadLetters },
      messages: callers.told.filter(({ what }) => what.do !== 'start').length,
      effects: [...effects.values()].flat().length,
      requests: cloud.proxies.reduce((sum, { passed }) => sum + passed, 0),
      checks: plans.length * RULE_COUNT,
      faults: new Map([
        ...incidents.counts,
        ...[...cloud.table.counts].map(([name, count]) => [`table ${name}`, count] as const),
        ...[...cloud.queue.counts].map(([name, count]) => [`queue ${name}`, count] as const),
        ...[...cloud.bucket.counts].map(([name, count]) => [`bucket ${name}`, count] as const),
      ]),
      smallDisk: smallDisk ? (disk === undefined ? 'cannot be mounted' : 'mounted') : undefined,
    };
  } finally {
    await cloud.stop();
    const isKept = violations.length > 0;
    if (isKept) writeFileSync(join(folder, 'log.txt'), cloud.log.join('\n'));
    disk?.unmount(isKept ? join(folder, 'disk') : undefined);
    if (!isKept) rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts runs until the time is over, and waits for their callers as little as they wait for each other. */
async function begin(options: {
  readonly plans: WirePlan[];
  readonly callers: Callers;
  readonly dice: Dice;
  readonly endMs: number;
  readonly mostOpen: number;
  readonly url: () => string;
  readonly begun: (plan: WirePlan) => void;
}): Promise<void> {
  const { plans, callers, dice, endMs, mostOpen, url, begun } = options;
  let ended = 0;
  while (Date.now() < endMs) {
    if (plans.length - ended >= mostOpen) ended = (await endedRuns(url())) ?? ended;
    if (plans.length - ended < mostOpen) {
      const plan = drawPlan(dice.named(`run ${plans.length + 1}`), `run-${plans.length + 1}`);
      plans.push(plan);
      void callers.play(plan);
      begun(plan);
    }
    await delay(dice.between(20, 250));
  }
}

/** What has not ended when the time is over. */
async function untilAllEnded(
  url: string,
  plans: readonly WirePlan[],
  callers: Callers,
  giveUpAtMs: number,
): Promise<string[]> {
  for (;;) {
    const open: string[] = [];
    if (callers.atWork > 0) open.push(`${callers.atWork} callers`);
    for (const { runId } of plans) {
      if (open.length > 20) break;
      const shown = await show(url, runId);
      if (shown === undefined || !ENDED.includes(shown.status)) open.push(`${runId} is ${JSON.stringify(shown)}`);
    }
    if (open.length === 0 || Date.now() > giveUpAtMs) return open;
    await delay(LOOK_EVERY_MS);
  }
}

async function endedRuns(url: string): Promise<number | undefined> {
  const page = await get(`${url}/runs?status=${ENDED.join(',')}&limit=1000`);
  return (page as { runs?: unknown[] } | undefined)?.runs?.length;
}

async function show(url: string, runId: string): Promise<ShownRun | undefined> {
  return (await get(`${url}/runs/${runId}`)) as ShownRun | undefined;
}

async function note(
  all: { plan: WirePlan; shown: ShownRun | undefined }[],
  plan: WirePlan,
  url: string,
): Promise<ShownRun | undefined> {
  const shown = await show(url, plan.runId);
  all.push({ plan, shown });
  return shown;
}

function streamOf(cloud: WireCloud, { runId }: WirePlan): string {
  return `${cloud.url}/runs/${runId}/streams/said`;
}

async function get(address: string): Promise<unknown> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(8_000) });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

async function keepHistory(folder: string, cloud: WireCloud, plan: WirePlan, told: readonly Told[]): Promise<void> {
  const history = await get(`${cloud.url}/runs/${plan.runId}/history`);
  const all = { plan, told: told.filter(({ runId }) => runId === plan.runId), history };
  writeFileSync(join(folder, `${plan.runId}.json`), JSON.stringify(all, undefined, 2));
}

function isReferred(sortKey: string, run: Record<string, { S?: string | undefined }> | undefined): boolean {
  if (sortKey.startsWith('stream#')) return true;
  return [attribute.inputKey, attribute.resultKey].some((name) => sortKey === `value#${run?.[name]?.S}`);
}
