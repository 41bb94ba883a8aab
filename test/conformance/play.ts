/** Plays a program in a home, from its start to its end, and says what was wrong. */
import { randomUUID } from 'node:crypto';
import { toMilliseconds } from '../../lib/core/duration.ts';
import { differenceOf } from './matches.ts';
import {
  type Act,
  type Ending,
  type Expected,
  inputOf,
  type Program,
  type RepairAct,
  type StreamAct,
} from './program.ts';
import { isGone, isRepair, repair } from './repair-acts.ts';
import type { Line, Stage } from './stage.ts';

/** Lines for people; none if all is as expected. */
export async function play(program: Program, stage: Stage): Promise<string[]> {
  const path = `/workflows/${encodeURIComponent(program.workflow.name)}/runs`;
  const { id } = await post(stage, path, inputOf(program));
  for (const act of program.acts ?? []) {
    await stage.advance(toMilliseconds(act.after ?? 0, 'the time of an act'));
    if ('query' in act) await ask(stage, id, act);
    else if ('update' in act) await change(stage, id, act);
    else if ('entity' in act) await callEntity(stage, id, act);
    else if ('stream' in act) await readStream(stage, id, act);
    else if (isRepair(act)) await repair({ stage, id, program }, act);
    else await perform(stage, { id, workflow: program.workflow.name }, act);
  }
  if (program.ends.status === 'deleted') return isGone(stage, id, program);
  await stage.untilEnded(id);
  for (const act of program.afterEnd ?? []) await readStream(stage, id, act);
  const run = (await (await stage.fetch(`/runs/${id}`)).json()) as Record<string, unknown>;
  const difference = compare(run, program, stage.isReal);
  return [...(difference === undefined ? [] : [difference]), ...linesMissing(program, id, stage.lines())];
}

/** A run in real time may not be there yet. */
async function ask(stage: Stage, id: string, act: Extract<Act, { query: string }>): Promise<void> {
  const path = `/runs/${id}/queries/${encodeURIComponent(act.query)}`;
  const init = act.args === undefined ? {} : { method: 'POST', body: JSON.stringify(act.args) };
  for (let attempt = 1; ; attempt += 1) {
    const answer: unknown = await (await stage.fetch(path, init)).json();
    const difference = differenceOf(answer, act.answers);
    if (difference === undefined) return;
    if (!stage.isReal || attempt === 40) throw new Error(`query "${act.query}": ${difference}`);
    await stage.advance(250);
  }
}

async function change(stage: Stage, id: string, act: Extract<Act, { update: string }>): Promise<void> {
  await answer(stage, `/runs/${id}/updates/${encodeURIComponent(act.update)}`, act);
}

async function callEntity(stage: Stage, id: string, act: Extract<Act, { entity: string }>): Promise<void> {
  const path = `/entities/${act.entity}/${id}/${act.call}`;
  await answer(stage, path, act);
}

async function readStream(stage: Stage, id: string, { stream, from = 1, values }: StreamAct): Promise<void> {
  const path = `/runs/${id}/streams/${encodeURIComponent(stream)}?from=${from}`;
  for (let attempt = 1; ; attempt += 1) {
    const { entries } = (await (await stage.fetch(path)).json()) as { entries: { seq: number; value: unknown }[] };
    const difference = differenceOf(
      entries,
      values.map((value, index) => ({ seq: from + index, value })),
    );
    if (difference === undefined) return;
    if (!stage.isReal || attempt === 40) throw new Error(`GET ${path}: ${difference}`);
    await stage.advance(250);
  }
}

interface Asking {
  readonly args?: unknown;
  readonly answers: Expected;
  readonly idempotencyKey?: string;
}

/** Asked again with the same key as long as the answer is to come, as callers do. */
async function answer(stage: Stage, path: string, act: Asking): Promise<void> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': act.idempotencyKey ?? randomUUID() };
  const body = act.args === undefined ? {} : { body: JSON.stringify(act.args) };
  for (let attempt = 1; ; attempt += 1) {
    const response = await stage.fetch(`${path}?wait=0s`, { method: 'POST', headers, ...body });
    const answer: unknown = await response.json();
    if (response.status !== 202 && response.status !== 503) {
      const difference = differenceOf(answer, act.answers);
      if (difference === undefined) return;
      // A read in real time may have come too early.
      if (!stage.isReal || attempt === 40) throw new Error(`POST ${path}: ${difference}`);
    }
    if (attempt === 80) throw new Error(`POST ${path} has no answer: ${JSON.stringify(answer)}`);
    await stage.advance(250);
  }
}

async function perform(
  stage: Stage,
  { id, workflow }: { readonly id: string; readonly workflow: string },
  act: Exclude<
    Act,
    { readonly query: string } | { readonly update: string } | { readonly entity: string } | StreamAct | RepairAct
  >,
): Promise<void> {
  if ('signal' in act) {
    const path = `/runs/${id}/signals/${encodeURIComponent(act.signal)}`;
    await post(stage, path, act.payload, act.idempotencyKey);
  } else if ('completeCallback' in act) {
    await post(stage, `/callbacks/${await resultOf(stage, id, act.completeCallback)}`, act.value);
  } else if ('openLink' in act) {
    const url = await resultOf(stage, id, act.openLink);
    const answer = await stage.fetchLink(url, { method: 'POST', body: JSON.stringify(act.value), headers: JSON_BODY });
    if (answer.status !== 200) throw new Error(`the link was answered with ${answer.status}: ${await answer.text()}`);
  } else if ('workflow' in act) await post(stage, `/workflows/${workflow}/${act.workflow}`, undefined);
  else if ('pause' in act) await post(stage, `/runs/${id}/pause`, undefined);
  else if ('resume' in act) await post(stage, `/runs/${id}/resume`, undefined);
  else if ('cancel' in act) await post(stage, `/runs/${id}/cancel`, { reason: act.cancel });
  else await post(stage, `/runs/${id}/terminate`, { reason: act.terminate, undo: act.undo });
}

/** The result of that step, which a run in real time may not have yet. */
export async function resultOf(stage: Stage, id: string, step: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const history = await (await stage.fetch(`/runs/${id}/history`)).json();
    const { events } = history as { events: { kind: string; name?: string; value?: unknown }[] };
    const found = events.find(({ kind, name }) => kind === 'step-completed' && name === step);
    if (found !== undefined) return String(found.value);
    if (attempt === 80) throw new Error(`step "${step}" does not complete: ${JSON.stringify(events)}`);
    await stage.advance(250);
  }
}

const JSON_BODY = { 'content-type': 'application/json' };

/** How often a caller asks again that is told to: 503 is no fault where the machine is busy. */
const MOST_ATTEMPTS = 5;

async function post(
  stage: Stage,
  path: string,
  body: unknown,
  idempotencyKey: string = randomUUID(),
): Promise<{ id: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await stage.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status === 202 || response.status === 200) return JSON.parse(text) as { id: string };
    if (response.status !== 503 || attempt === MOST_ATTEMPTS) {
      throw new Error(`POST ${path} was answered with ${response.status}: ${text}`);
    }
  }
}

function compare(run: Record<string, unknown>, program: Program, isReal: boolean): string | undefined {
  const { ends, withoutTimes } = program;
  if (!isReal || withoutTimes === undefined || ends.status !== 'completed') return differenceOf(run, ends);
  const expected: Ending = { status: 'completed', result: withoutTimes(ends.result) as Expected };
  return differenceOf({ ...run, result: withoutTimes(run['result']) }, expected);
}

/** Each expected line stands once among those of the run. */
function linesMissing({ logs = [] }: Program, runId: string, lines: readonly Line[]): string[] {
  const own = lines.filter((line) => line.runId === undefined || line.runId === runId);
  return logs.flatMap(({ level, message }) => {
    const count = own.filter((line) => line.level.toLowerCase() === level && message.test(line.message)).length;
    return count === 1 ? [] : [`a line ${level} ${String(message)} was logged ${count} times, and should be once`];
  });
}
