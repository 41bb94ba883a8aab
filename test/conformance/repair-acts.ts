/**
 * What people do to runs over HTTP, beside sending them something: try a failed one again, fork, delete, do the same to many,
 * and make schedules. An answer that is none of the expected ones is an error: a home that cannot do it fails the program.
 */
import { randomUUID } from 'node:crypto';
import { differenceOf } from './matches.ts';
import {
  type Act,
  type Ending,
  type Expected,
  inputOf,
  type Program,
  type RepairAct,
  type ScheduleAct,
} from './program.ts';
import type { Stage } from './stage.ts';

export interface Repairing {
  readonly stage: Stage;
  /** Of the run. */
  readonly id: string;
  readonly program: Program;
}

export function isRepair(act: Act): act is Act & RepairAct {
  return 'retry' in act || 'fork' in act || 'delete' in act || 'bulk' in act || 'schedule' in act;
}

export async function repair(on: Repairing, act: RepairAct): Promise<void> {
  const { stage, id } = on;
  if ('retry' in act) {
    await stage.untilEnded(id);
    await answered(stage, 'POST', `/runs/${id}/retry`, { body: { force: act.force === true }, answers: act.answers });
  } else if ('fork' in act) await fork(on, act);
  else if ('delete' in act) {
    if (act.answers === undefined) await stage.untilEnded(id);
    await answered(stage, 'DELETE', `/runs/${id}`, { answers: act.answers });
  } else if ('bulk' in act) await bulk(on, act);
  else await schedule(on, act.schedule);
}

/** What is wrong with how a run is gone. */
export async function isGone(stage: Stage, id: string, program: Program): Promise<string[]> {
  const gone = { code: 'RUN_NOT_FOUND' };
  const starts = `/workflows/${encodeURIComponent(program.workflow.name)}/runs?id=${id}`;
  const answers: readonly (readonly [path: string, init: RequestInit | undefined, expected: Expected])[] = [
    [`/runs/${id}`, undefined, gone],
    [`/runs/${id}/history`, undefined, gone],
    [`/runs/${id}`, { method: 'DELETE' }, gone],
    [starts, { method: 'POST', ...bodyOf(inputOf(program)) }, { code: 'RUN_ID_TAKEN' }],
  ];
  const wrong: string[] = [];
  for (const [path, init, expected] of answers) {
    const difference = differenceOf(await (await stage.fetch(path, init)).json(), expected);
    if (difference !== undefined) wrong.push(`${init?.method ?? 'GET'} ${path}: ${difference}`);
  }
  return wrong;
}

async function fork({ stage, id }: Repairing, act: Extract<RepairAct, { fork: string }>): Promise<void> {
  const before = await stepIdOf(stage, id, act.fork);
  const body = { before, ...(Object.hasOwn(act, 'input') ? { input: act.input } : {}) };
  const { answers } = act;
  const forked = (await answered(stage, 'POST', `/runs/${id}/fork`, { body, answers })) as { readonly id: string };
  if (act.ends !== undefined) await endsAs(stage, forked.id, act.ends);
}

/** Of a run in real time, which may not have it yet. A name that the run never has is given as it is. */
async function stepIdOf(stage: Stage, id: string, step: string): Promise<string> {
  if (step.includes('#')) return step;
  for (let attempt = 1; ; attempt += 1) {
    const history = (await (await stage.fetch(`/runs/${id}/history`)).json()) as {
      readonly events: readonly { readonly stepId?: string; readonly name?: string }[];
    };
    const found = history.events.find(({ stepId, name }) => name === step && stepId !== undefined)?.stepId;
    if (found !== undefined) return found;
    if (attempt === 80) throw new Error(`there is no step "${step}": ${JSON.stringify(history.events)}`);
    await stage.advance(250);
  }
}

async function endsAs(stage: Stage, id: string, ends: Ending): Promise<void> {
  await stage.untilEnded(id);
  const difference = differenceOf(await (await stage.fetch(`/runs/${id}`)).json(), ends);
  if (difference !== undefined) throw new Error(`run ${id}: ${difference}`);
}

interface Page {
  readonly results: readonly { readonly id: string; readonly done: boolean }[];
  readonly cursor?: string;
}

async function bulk({ stage, id, program }: Repairing, act: Extract<RepairAct, { bulk: string }>): Promise<void> {
  if (act.bulk === 'retry' || act.bulk === 'delete') await stage.untilEnded(id);
  const filter = { workflow: program.workflow.name };
  const wanted = act.done ? [true] : [];
  for (const dryRun of [true, false]) {
    // An index may show the run a moment late.
    for (let attempt = 1; ; attempt += 1) {
      const done = (await allPages(stage, act.bulk, { filter, dryRun, limit: 1 })).filter((result) => result.id === id);
      const expected = dryRun && act.done ? [false] : wanted;
      const difference = differenceOf(
        done.map((result) => result.done),
        expected,
      );
      if (difference === undefined) break;
      if (!stage.isReal || attempt === 40) throw new Error(`${act.bulk} of all, dryRun ${dryRun}: ${difference}`);
      await stage.advance(250);
    }
  }
}

async function allPages(
  stage: Stage,
  action: string,
  body: Readonly<Record<string, unknown>>,
): Promise<Page['results']> {
  const results: Page['results'][number][] = [];
  let cursor: string | undefined;
  do {
    const page = (await answered(stage, 'POST', `/bulk/${action}`, { body: { ...body, cursor } })) as Page;
    results.push(...page.results);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return results;
}

const AHEAD_MS = 3_000;

/** Its one time comes in a moment; before that it is paused and resumed, then triggered, filled in, and deleted. */
async function schedule({ stage, program }: Repairing, { ends, ...given }: ScheduleAct): Promise<void> {
  const name = `s-${randomUUID().slice(0, 18)}`;
  const at = new Date(Math.ceil((stage.nowMs() + AHEAD_MS) / 1_000) * 1_000).toISOString().slice(0, 19);
  const created = {
    name,
    workflow: program.workflow.name,
    schedule: `at(${at})`,
    catchUp: '1h',
    overlap: 'allow',
    ...given,
  };
  const path = `/schedules/${name}`;
  const shown = { name, paused: false, schedule: `at(${at})` };
  await answered(stage, 'POST', '/schedules', { body: created, answers: shown });
  await answered(stage, 'POST', '/schedules', { body: created, answers: shown });
  await answered(stage, 'POST', '/schedules', {
    body: { ...created, catchUp: '2h' },
    answers: { code: 'SCHEDULE_EXISTS' },
  });
  await answered(stage, 'POST', `${path}/pause`, { answers: { name, paused: true } });
  await answered(stage, 'POST', `${path}/resume`, { answers: { name, paused: false } });
  const triggered = (await answered(stage, 'POST', `${path}/trigger`, {})) as { readonly id: string };
  await endsAs(stage, triggered.id, ends);
  const id = `${name}-${at}Z`;
  await untilThere(stage, id);
  await endsAs(stage, id, ends);
  const span = { since: `${at}Z`, until: `${at.slice(0, 4)}-12-31T23:59:59Z` };
  await answered(stage, 'POST', `${path}/backfill`, { body: span, answers: { ids: [id] } });
  await answered(stage, 'DELETE', path, { answers: { name } });
  await answered(stage, 'GET', path, { answers: { code: 'SCHEDULE_NOT_FOUND' } });
  await answered(stage, 'POST', `${path}/trigger`, { answers: { code: 'SCHEDULE_NOT_FOUND' } });
}

async function untilThere(stage: Stage, id: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await stage.fetch(`/runs/${id}`);
    if (response.status === 200) return;
    if (attempt === 200) throw new Error(`run ${id} is not started: ${await response.text()}`);
    await stage.advance(250);
  }
}

interface Asked {
  readonly body?: unknown;
  /** Undefined: whatever it is, but no refusal. */
  readonly answers?: Expected | undefined;
}

/** Asked again with the same key where there is no answer yet. */
async function answered(stage: Stage, method: string, path: string, { body, answers }: Asked): Promise<unknown> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  for (let attempt = 1; ; attempt += 1) {
    const response = await stage.fetch(path, { method, headers, ...bodyOf(body) });
    const text = await response.text();
    const isBusy = response.status === 503 && attempt < 20;
    if (isBusy) {
      await stage.advance(250);
      continue;
    }
    const answer: unknown = text === '' ? {} : JSON.parse(text);
    const difference = answers === undefined ? undefined : differenceOf(answer, answers);
    if (difference !== undefined) throw new Error(`${method} ${path}: ${difference}, in ${text}`);
    if (answers === undefined && !response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return answer;
  }
}

function bodyOf(body: unknown): { readonly body?: string } {
  return body === undefined ? {} : { body: JSON.stringify(body) };
}
