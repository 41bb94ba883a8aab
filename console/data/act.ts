/** What a person does to runs: requests that change something, each with a key, so that a repeated one is the same one. */
import type { Action, BulkAction } from '../text/what-happens.ts';
import { ask, pathOf } from './ask.ts';

/** What a form gives, by the names of its fields; JSON is read already. */
export interface ActionInput {
  readonly name?: string;
  readonly payload?: unknown;
  readonly reason?: string;
  readonly undo?: boolean;
  readonly before?: string;
  readonly input?: unknown;
  readonly id?: string;
}

/** What the engine answers. */
export function act(action: Action, runId: string, given: ActionInput, key: string): Promise<unknown> {
  const { name = '', payload, reason, undo, before, id } = given;
  const why = reason === undefined || reason === '' ? {} : { reason };
  const to = (...rest: string[]): string => pathOf('runs', runId, ...rest);
  switch (action) {
    case 'signal':
      return ask(`${to('signals')}/${encodeURIComponent(name)}`, { method: 'POST', body: payload, key });
    case 'update':
      return ask(`${to('updates')}/${encodeURIComponent(name)}`, { method: 'POST', body: payload, key });
    case 'query':
      return ask(`${to('queries')}/${encodeURIComponent(name)}`, { method: 'POST', body: payload });
    case 'cancel':
      return ask(to('cancel'), { method: 'POST', body: why, key });
    case 'terminate':
      return ask(to('terminate'), { method: 'POST', body: { ...why, ...(undo === true ? { undo } : {}) }, key });
    case 'pause':
    case 'resume':
      return ask(to(action), { method: 'POST' });
    case 'retry':
      return ask(to('retry'), { method: 'POST', body: {} });
    case 'fork': {
      const changed = 'input' in given ? { input: given.input } : {};
      return ask(to('fork'), {
        method: 'POST',
        body: { before, ...changed, ...(id === undefined || id === '' ? {} : { id }) },
      });
    }
    case 'delete':
      return ask(pathOf('runs', runId), { method: 'DELETE' });
  }
}

/** Starts a run, and gives its id. */
export async function startRun(
  workflow: string,
  { input, id }: { input: unknown; id: string },
  key: string,
): Promise<string> {
  const started = await ask<{ id: string }>(pathOf('workflows', workflow, 'runs'), {
    method: 'POST',
    query: { id: id === '' ? undefined : id },
    body: input,
    ...(id === '' ? { key } : {}),
  });
  return started.id;
}

export interface BulkResult {
  readonly id: string;
  readonly done: boolean;
  readonly error?: { readonly code: string; readonly message: string };
}

/** All runs that a filter finds, a page at a time. */
export async function* actOnAll(
  action: BulkAction,
  filter: Readonly<Record<string, unknown>>,
  { dryRun }: { readonly dryRun: boolean },
): AsyncGenerator<readonly BulkResult[], void, undefined> {
  let cursor: string | undefined;
  do {
    const body = { filter, dryRun, ...(cursor === undefined ? {} : { cursor }) };
    const page = await ask<{ results: readonly BulkResult[]; cursor?: string }>(pathOf('bulk', action), {
      method: 'POST',
      body,
    });
    yield page.results;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
