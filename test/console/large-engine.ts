/** An engine that is only answers: as many runs as are asked for, and a run with as many events. It costs the machine nothing. */
import type { ConsoleEngine } from '../../lib/console/forward.ts';
import { startConsole } from '../../lib/console/console-server.ts';

export interface LargeEngine {
  readonly url: string;
  stop(): Promise<void>;
}

const STATUSES = ['completed', 'failed', 'suspended', 'cancelled', 'completed', 'running'] as const;

export async function createLargeEngine({ runs = 10_000, events = 10_000 } = {}): Promise<LargeEngine> {
  const nowMs = Date.now();
  const at = (ms: number): string => new Date(nowMs - ms).toISOString();
  const rows = Array.from({ length: runs }, (_, index) => ({
    id: `order-${String(runs - index).padStart(6, '0')}`,
    workflow: index % 3 === 0 ? 'checkout' : 'approval',
    status: index === 0 ? 'running' : (STATUSES[index % STATUSES.length] ?? 'completed'),
    createdAt: at(index * 1_500),
    ...(STATUSES[index % STATUSES.length] === 'completed' ? { endedAt: at(index * 1_500 - 900) } : {}),
    attributes: { customer: `c${index % 97}`, size: index % 13 },
  }));
  const history = Array.from({ length: events }, (_, index) => {
    const id = Math.floor(index / 2) + 1;
    const [step, value] = [
      { id, name: `step ${id % 40}`, stepId: `step ${id % 40}#${id}` },
      { row: id, text: 'x'.repeat(40) },
    ];
    const base = { at: at((events - index) * 700), turn: Math.floor(index / 50) + 1 };
    return index % 2 === 0 ? { kind: 'step', ...base, ...step } : { kind: 'step-completed', ...base, ...step, value };
  });
  const page = <T>(
    all: readonly T[],
    search: URLSearchParams,
    most: number,
  ): { part: readonly T[]; cursor?: string } => {
    const from = Number(search.get('cursor') ?? 0);
    const to = from + Math.min(most, Number(search.get('limit') ?? most));
    return { part: all.slice(from, to), ...(to < all.length ? { cursor: String(to) } : {}) };
  };
  const answer = (path: string, search: URLSearchParams): unknown => {
    if (path === '/workflows') return { workflows: ['approval', 'checkout'] };
    if (path === '/runs') {
      const { part, ...rest } = page(rows, search, 1_000);
      return { runs: part, ...rest };
    }
    if (path.endsWith('/history')) {
      const { part, ...rest } = page(history, search, 1_000);
      return { events: part, ...rest };
    }
    return { ...rows[0], id: decodeURIComponent(path.replace('/runs/', '')), input: { customer: 'Ada' } };
  };
  const fetch: ConsoleEngine['fetch'] = (target) => {
    const { pathname, searchParams } = new URL(target, 'http://engine');
    return Promise.resolve(Response.json(answer(pathname, searchParams)));
  };
  const { url, stop } = await startConsole({ engine: { name: 'large engine', isLocal: true, fetch }, port: 0 });
  return { url, stop };
}
