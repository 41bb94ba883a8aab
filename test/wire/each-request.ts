/**
 * Transactions with something going wrong at each of their run's requests to the table, one after the other: a run of the
 * workload `book` for each write that it makes and each thing that can go wrong with it. Real processes die, and real
 * connections are cut; the author's writes and the record of the run are there both or neither.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dice } from '../simulation/world/dice.ts';
import { EFFECTS_FILE } from './effects.ts';
import { functionProcesses } from './function-processes.ts';
import { judge, type ShownRun } from './oracle.ts';
import type { Meddling } from './proxy.ts';
import { scanTable } from './table-scan.ts';
import { WireCloud } from './wire-cloud.ts';
import type { WirePlan } from './workloads.ts';

/** What goes wrong with a request, in words. */
const FAULTS = [
  'its connection is cut before it is carried out',
  'its connection is cut after it was carried out',
  'it is carried out late, when its sender has given it up',
  'it is carried out twice',
  'its worker is killed before it is carried out',
  'its worker is killed after it was carried out',
  'the table is killed while it works on it',
] as const;

type Fault = (typeof FAULTS)[number];

interface Write {
  /** Of the run, from 1. */
  readonly number: number;
  readonly action: 'TransactWriteItems' | 'UpdateItem' | 'PutItem';
}

export interface EachRequestReport {
  /** The writes of a run to which nothing happens. */
  readonly writes: readonly Write[];
  readonly plays: number;
  /** By fault: how many runs it happened to, and how many of these times to a transaction. */
  readonly happened: ReadonlyMap<Fault, { plays: number; transactions: number }>;
  readonly violations: readonly string[];
}

const LEASE_MS = 1_500;
const ROUNDS = 2;
const PATIENCE_MS = 60_000;

/** `only`: of all writes, these alone. */
export async function playEachRequest(only: (write: Write) => boolean = () => true): Promise<EachRequestReport> {
  const folder = mkdtempSync(join(tmpdir(), 'lull-wire-'));
  const effectsFile = join(folder, 'effects.jsonl');
  writeFileSync(effectsFile, '');
  mkdirSync(join(folder, 'cloud'));
  const cloud = new WireCloud({
    ...{ dir: join(folder, 'cloud'), dice: new Dice(1), leaseMs: LEASE_MS, workers: 2, onFault: () => undefined },
    effectsVariable: { [EFFECTS_FILE]: effectsFile },
  });
  const violations: string[] = [];
  const happened = new Map<Fault, { plays: number; transactions: number }>();
  const plans: WirePlan[] = [];
  const shown = new Map<string, ShownRun>();
  const playOne = async (fault?: Fault, chosen?: Write): Promise<readonly Write[]> => {
    const runId = `walk-${plans.length}`;
    plans.push(planOf(runId));
    const writes: Write[] = [];
    let hasHappened = false;
    cloud.table.meddle = (body) => {
      const action = writeOf(body, runId);
      if (action === undefined) return undefined;
      writes.push({ number: writes.length + 1, action });
      if (writes.length !== chosen?.number || hasHappened || fault === undefined) return undefined;
      hasHappened = true;
      const counts = happened.get(fault) ?? { plays: 0, transactions: 0 };
      counts.plays += 1;
      if (action === 'TransactWriteItems') counts.transactions += 1;
      happened.set(fault, counts);
      return toMeddling(fault, cloud);
    };
    const query = new URLSearchParams({ id: runId });
    const input = { rounds: ROUNDS, restMs: 1 };
    const started = await ask(`${cloud.url}/workflows/book/runs?${query.toString()}`, JSON.stringify(input));
    if (started === undefined) violations.push(`${runId} was not started`);
    shown.set(runId, await untilEnded(cloud, runId));
    if (chosen !== undefined && !hasHappened)
      violations.push(`${runId}: nothing went wrong with ${chosen.action} #${chosen.number}`);
    return writes;
  };
  try {
    await cloud.start();
    const writes = await playOne();
    for (const write of writes.filter(only)) for (const fault of FAULTS) await playOne(fault, write);
    cloud.table.meddle = undefined;
    await cloud.table.calm();
    await cloud.untilReady();
    const scan = await scanTable({ table: cloud.tableEndpoint ?? '', bucket: cloud.bucketEndpoint ?? '' });
    for (const plan of plans) {
      const { runId } = plan;
      const evidence = { plan, scan, scanned: scan.runs.get(runId), shown: shown.get(runId) };
      const wrong = judge({ ...evidence, told: [], effects: [], wasLeftAlone: false });
      violations.push(...wrong.map((what) => `${runId}: ${what}`));
    }
    return { writes, plays: plans.length - 1, happened, violations };
  } finally {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines for people. */
export function describeEachRequest({ writes, plays, happened, violations }: EachRequestReport): string {
  return [
    `a run of ${ROUNDS} transactions writes ${writes.length} times: ${writes.map(({ action }) => action).join(', ')}`,
    ...[...happened].map(
      ([fault, counts]) => `  ${fault.padEnd(58)} ${counts.plays} runs, ${counts.transactions} times a transaction`,
    ),
    `${plays} runs with one fault each, ${violations.length} violations`,
    ...violations,
  ].join('\n');
}

const planOf = (runId: string): WirePlan => ({
  runId,
  workflow: 'book',
  input: undefined,
  senders: [],
  expected: { status: 'completed', result: ROUNDS, booked: ROUNDS },
});

/** Of a worker for this run: its first one takes the lease. What the API has written to start it is before that. */
function writeOf(body: string, runId: string): Write['action'] | undefined {
  if (!body.includes(`"${runId}"`)) return undefined;
  if (body.includes('"TransactItems"')) return 'TransactWriteItems';
  if (body.includes('"UpdateExpression"')) return 'UpdateItem';
  return body.includes('"Item"') && !body.includes('"sk":{"S":"run"}') ? 'PutItem' : undefined;
}

function toMeddling(fault: Fault, cloud: WireCloud): Meddling {
  const killWorkers = (): void => {
    const { pid = 0 } = cloud;
    for (const { pid: worker, name } of functionProcesses(pid)) if (name === 'worker') kill(worker);
  };
  switch (fault) {
    case 'its connection is cut before it is carried out':
      return { fault: 'cut-before' };
    case 'its connection is cut after it was carried out':
      return { fault: 'cut-after' };
    case 'it is carried out late, when its sender has given it up':
      return { fault: 'late' };
    case 'it is carried out twice':
      return { fault: 'twice' };
    case 'its worker is killed before it is carried out':
      return { dies: 'before', kill: killWorkers };
    case 'its worker is killed after it was carried out':
      return { dies: 'after', kill: killWorkers };
    case 'the table is killed while it works on it':
      return { dies: 'within', kill: () => kill(cloud.tablePid) };
  }
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function untilEnded(cloud: WireCloud, runId: string): Promise<ShownRun> {
  const giveUpAtMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const run = (await ask(`${cloud.url}/runs/${runId}?wait=5s`)) as (ShownRun & { endedAt?: string }) | undefined;
    if (run?.endedAt !== undefined) return run;
    if (Date.now() > giveUpAtMs) return run ?? { status: 'not there' };
  }
}

async function ask(address: string, body?: string): Promise<unknown> {
  try {
    const init = body === undefined ? {} : { method: 'POST', body };
    const response = await fetch(address, { ...init, signal: AbortSignal.timeout(10_000) });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
