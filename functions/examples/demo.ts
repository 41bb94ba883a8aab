/**
 * A hundred orders go through the checkout workflow on a cloud on this machine, while workers are killed with SIGKILL in
 * the middle of their work. In the end it is shown that every order is complete and no customer was charged twice.
 *
 *   npm run demo                        npm run demo -- --seed 7      another choice of victims and outages
 *   npm run demo -- --from cdk.out      on what `npx cdk synth` wrote: signed requests, each call of AWS checked
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { CloudError } from 'lull/local';
import { createBoard, type Board } from './demo-board.ts';
import { startQuickCloud, startTemplateCloud, type DemoCloud } from './demo-cloud.ts';
import { makeDemoFolder } from './demo-folder.ts';
import { prove, type DemoOrder, type DemoRun } from './demo-proof.ts';
import { readLedger, startShop, type Shop } from './shop.ts';

const KILLS = 3;
const SLOWEST_SERVICE_MS = 800;
const REQUESTS_AT_A_TIME = 8;
const LOOK_EVERY_MS = 400;
const TIME_LIMIT_MS = 110_000;

/** A run and the order that it is for. */
interface Placed {
  readonly order: string;
  readonly runId: string;
}

interface Demo {
  readonly orders: readonly DemoOrder[];
  readonly cloud: DemoCloud;
  readonly shop: Shop;
  readonly board: Board;
  readonly placed: Placed[];
  readonly killed: number[];
  readonly random: () => number;
}

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'; // nothing here reaches AWS
process.exitCode = await main();

async function main(): Promise<number> {
  const { seed, from } = new Command('npm run demo --')
    .description('A hundred orders on a cloud on this machine, while workers are killed in the middle of their work.')
    .option('--seed <number>', 'another choice of victims and outages', wholeNumber, 1)
    .option('--from <path>', 'on what `npx cdk synth` wrote (cdk.out): signed requests, each call of AWS checked')
    .showHelpAfterError()
    .parse()
    .opts<{ seed: number; from?: string }>();
  const folder = makeDemoFolder();
  const board = createBoard(process.stdout);
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  const stops: (() => Promise<void> | void)[] = [clean];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  process.once('SIGINT', () => {
    clean();
    console.log('\nStopped halfway. The next demo begins anew.');
    process.exit(130); // and with this process goes all that it has started
  });

  try {
    board.say(`starting the cloud on this machine (seed ${seed})`);
    const ledgerFile = join(folder, 'ledger.jsonl');
    const shop = await startShop({ ledgerFile, seed, slowestMs: SLOWEST_SERVICE_MS });
    stops.push(() => shop.stop());
    const settings = { dir: join(folder, 'cloud'), env: { SHOP_URL: shop.url } };
    const cloud = await (from === undefined ? startQuickCloud(settings) : startTemplateCloud(from, settings));
    stops.push(() => cloud.stop());
    const orders = JSON.parse(readFileSync(join(import.meta.dirname, 'orders.json'), 'utf8')) as DemoOrder[];
    const random = numbersFrom(seed);
    const demo: Demo = { orders, cloud, shop, board, placed: [], killed: [], random };
    board.say(`${orders.length} orders go to ${cloud.url}/workflows/checkout/runs`);
    await Promise.all([placeOrders(demo), watch(demo)]);
    board.end();
    const runs = await someAtATime(demo.placed, (placed) => readRun(cloud, placed));
    return report(demo, runs, readLedger(ledgerFile));
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    await stop();
  }
}

/** Over HTTP, as anybody would. The key makes a repeated request harmless. */
async function placeOrders({ orders, cloud, placed }: Demo): Promise<void> {
  await someAtATime(orders, async (order) => {
    const { id } = await cloud.request<{ id: string }>('/workflows/checkout/runs', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': order.id },
      body: JSON.stringify(order),
    });
    placed.push({ order: order.id, runId: id });
  });
}

async function someAtATime<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const waiting = [...items];
  const done: R[] = [];
  const next = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) done.push(await work(item));
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_A_TIME }, next));
  return done;
}

/** Shows the progress, and kills, until every run has ended or the time is over. */
async function watch(demo: Demo): Promise<void> {
  const { orders, cloud, shop, board, placed, killed } = demo;
  const killAt = killTimes(demo);
  const giveUpAtMs = Date.now() + TIME_LIMIT_MS;
  while (Date.now() < giveUpAtMs) {
    const statuses = await readStatuses(cloud);
    const completed = statuses.filter((status) => status === 'completed').length;
    const failed = statuses.filter((status) => ['failed', 'cancelled', 'terminated'].includes(status)).length;
    const [next] = killAt;
    if (next !== undefined && completed >= next && killOne(demo)) killAt.shift();
    const counts = (outcome: string): number => shop.ledger.filter((entry) => entry.outcome === outcome).length;
    const charges = shop.ledger.filter((entry) => entry.service === 'charges' && entry.outcome === 'done').length;
    board.show({
      orders: orders.length,
      placed: placed.length,
      completed,
      failed,
      workers: cloud.workers(),
      killed,
      charges,
      repeated: counts('repeated'),
      outages: counts('unavailable'),
    });
    if (completed + failed === orders.length) return;
    if (killAt.length === 0 && placed.length === orders.length) await passPause(demo);
    await delay(LOOK_EVERY_MS);
  }
  board.say(`the time of ${TIME_LIMIT_MS / 1000} s is over`);
}

/** When no worker is busy any more, the runs that are left are those of killed workers: the clock is moved for them. */
async function passPause({ cloud, board }: Demo): Promise<void> {
  const { pause } = cloud;
  if (!pause || cloud.workers().some(({ busy }) => busy)) return;
  board.say(`the clock is moved by ${pause.length}: the leases of the dead workers end, and a sweep finds their runs`);
  await pause.pass();
}

/** After how many completed orders a worker dies: by chance, spread over the first two thirds. */
function killTimes({ orders, random }: Demo): number[] {
  const part = (orders.length * 2) / 3 / KILLS;
  return Array.from({ length: KILLS }, (_, kill) => Math.floor(part * (kill + random())));
}

/** A kill counts only if it hits a busy worker. */
function killOne({ cloud, board, killed, random }: Demo): boolean {
  const busy = cloud.workers().filter((worker) => worker.busy);
  const victim = busy[Math.floor(random() * busy.length)];
  if (!victim || cloud.killWorker(victim.pid) === undefined) return false;
  killed.push(victim.pid);
  board.say(`kill -9 ${victim.pid}, in the middle of its work`);
  return true;
}

function report(
  { orders, cloud, board, killed }: Demo,
  runs: DemoRun[],
  ledger: ReturnType<typeof readLedger>,
): number {
  const deadLetters = cloud.deadLetters();
  const calls = cloud.calls?.();
  const findings = prove({ orders, runs, ledger, killed, killsWanted: KILLS, deadLetters, ...(calls && { calls }) });
  console.log('');
  for (const { claim, objections } of findings) {
    console.log(`${objections.length === 0 ? '✓' : '✗'} ${claim}`);
    for (const objection of objections.slice(0, 10)) console.log(`    but ${objection}`);
    if (objections.length > 10) console.log(`    and ${objections.length - 10} more`);
  }
  const holds = findings.every(({ objections }) => objections.length === 0);
  console.log('');
  board.say(holds ? 'all of it holds' : 'something is wrong: see above');
  return holds ? 0 : 1;
}

async function readStatuses(cloud: DemoCloud): Promise<string[]> {
  const page = await cloud.request<{ runs: { status: string }[] }>('/runs?workflow=checkout&limit=1000');
  return page.runs.map((run) => run.status);
}

async function readRun(cloud: DemoCloud, { order, runId }: Placed): Promise<DemoRun> {
  const { status } = await cloud.request<{ status: string }>(`/runs/${runId}`);
  const { events } = await cloud.request<{ events: DemoRun['history'] }>(`/runs/${runId}/history`);
  return { order, status, history: events };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It is a whole number, such as 7.');
}

/** Numbers from 0 to 1 that look like chance and follow from the seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
