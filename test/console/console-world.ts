/** The console before a test engine: all is real but the network to the engine, and its time. */
import { startConsole } from '../../lib/console/console-server.ts';
import type { ConsoleEngine } from '../../lib/console/forward.ts';
import { createRegistry, type WorkflowSource } from '../../lib/core/workflow-registry.ts';
import { createApi } from '../../lib/http/api.ts';
import { MemoryStore } from '../../lib/memory/memory-store.ts';
import { createTestEngine, type TestEngine } from '../../lib/testing/create-test-engine.ts';
import {
  approval,
  approved,
  cart,
  charge,
  checkout,
  fan,
  hostile,
  HOSTILE,
  invoice,
  long,
  parents,
  print,
  report,
  ship,
} from './workflows.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface ConsoleWorld {
  readonly engine: TestEngine;
  /** The link of the console. */
  readonly url: string;
  /** What was asked of the engine, in order: `GET /runs/o-17`. */
  readonly asked: string[];
  /** The engine is away: requests to it fail. */
  isAway: boolean;
  stop(): Promise<void>;
}

const DAY_MS = 86_400_000;
const DAYS = 4;

/** Its engine begins four days ago, so that runs can have waited for three. */
export async function createConsoleWorld(): Promise<ConsoleWorld> {
  const store = new MemoryStore();
  const others = [approval, cart, charge, checkout, fan, hostile, long, parents, print, report, ship];
  const create = (workflows: WorkflowSource, now: Date): TestEngine =>
    createTestEngine({ workflows, store, now, log: quiet, checkReplay: false, strict: false });
  const before = create([...others, invoice('draw up')], new Date(Date.now() - DAYS * DAY_MS));
  await startRuns(before);
  await before.advance('23 hours');
  const workflows = [...others, invoice('write')];
  const engine = create(workflows, before.now());
  await engine.advance('3 days');
  await approvedBy(engine);
  const api = createApi({ client: engine.client, workflows: [...createRegistry(workflows).names()], log: quiet });
  const asked: string[] = [];
  const world: { isAway: boolean } = { isAway: false };
  const ask: ConsoleEngine['fetch'] = async (path, init) => {
    asked.push(`${init.method ?? 'GET'} ${decodeURIComponent(path)}`);
    if (world.isAway) throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
    const answer = await api.request(path, init);
    if (init.method !== 'GET') await engine.settle();
    return answer;
  };
  const page = await startConsole({ engine: { name: 'test engine', isLocal: true, fetch: ask }, port: 0 });
  return Object.assign(world, { engine, asked, url: page.url, stop: () => page.stop() });
}

async function startRuns(engine: TestEngine): Promise<void> {
  await engine.start(invoice('draw up'), 'R-2041', { id: 'invoice-R-2041' });
  await engine.start(checkout, { id: 'o-17', lines: 3 }, { id: 'o-17' });
  await engine.start(charge, 'card-4711', { id: 'charge-4711' });
  await engine.start(approval, { item: 'desk', cents: 42_000 }, { id: 'desk' });
  await engine.start(approval, { item: 'lamp', cents: 4_200 }, { id: 'lamp' });
  await engine.start(report, '2029-12-31', { id: 'report-31' });
  await engine.start(hostile, HOSTILE, { id: 'hostile' });
  await engine.start(cart, { customer: 'Ada', lines: 2, country: 'DE' }, { id: 'cart-ada' });
  await engine.start(cart, { customer: 'Bob', lines: 2, country: 'FR' }, { id: 'cart-fresh' });
  await engine.start(parents, undefined, { id: 'parents' });
  await engine.settle();
}

async function approvedBy(engine: TestEngine): Promise<void> {
  await engine.client.run('lamp').signal(approved, { by: 'Grace' });
  await engine.start(report, '2030-01-01', { id: 'report-01' });
  await engine.settle();
}
