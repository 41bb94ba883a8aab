/** Looking at runs: one, its history, many. */
import type { Attributes } from '../core/attributes.ts';
import type { RunDescription } from '../client/describe-run.ts';
import {
  booleanParameter,
  choicesParameter,
  dateParameter,
  durationParameter,
  integerParameter,
  jsonObjectParameter,
  textParameter,
} from './parameters.ts';
import { defineRoute, type Route } from './route.ts';
import { RUN_STATUSES, schemaRef } from './schemas.ts';
import { toJson, type Json } from './to-json.ts';

/** Lambda answers with 6 MB at most. */
const HISTORY_PAGE_BYTES = 4_000_000;
const HISTORY_PAGE_EVENTS = 1_000;
const LIST_PAGE_RUNS = 1_000;
/** No run has so many. */
const LAST_LINK = 9_999_999;

export function runHasEnded(description: RunDescription): boolean {
  return description.endedAt !== undefined;
}

const describeRoute = defineRoute({
  method: 'GET',
  path: '/runs/{id}',
  operationId: 'describeRun',
  summary: 'A run: where it stands, what it was given, how it ended.',
  query: {
    wait: durationParameter('Wait so long for the run to end, 25 s at most.'),
    tasks: booleanParameter(
      'Say what an open run waits for, as `waitsFor`: its code is replayed for it. Default: false.',
    ),
    locals: booleanParameter(
      'With the tasks, the generator functions in which each waits, with their variables, where the code was compiled for frames. Default: false.',
    ),
  },
  answers: { 200: { description: 'The run.', schema: schemaRef('Run') } },
  problems: ['RUN_NOT_FOUND'],
  async handle({ client, path, query: { wait = 0, tasks, locals }, maxWaitMs }) {
    const options = { wait: Math.min(wait, maxWaitMs), tasks, locals };
    const body = await client.run(path['id'] ?? '').describe(options);
    return { status: 200, body };
  },
});

const historyRoute = defineRoute({
  method: 'GET',
  path: '/runs/{id}/history',
  operationId: 'readHistory',
  summary: 'What has happened in a run so far, oldest first.',
  query: {
    limit: integerParameter('Events on a page, at most. Large values make it fewer. Default 1000.', {
      from: 1,
      to: HISTORY_PAGE_EVENTS,
    }),
    cursor: textParameter('The `cursor` of the page before.'),
    link: integerParameter('Of a run that has continued as new: which link, from 1. Default: the last one.', {
      from: 1,
      to: LAST_LINK,
    }),
  },
  answers: { 200: { description: 'A page of the history.', schema: schemaRef('HistoryPage') } },
  problems: ['RUN_NOT_FOUND'],
  async handle({ client, path, query: { limit = HISTORY_PAGE_EVENTS, cursor: from, link } }) {
    const events: Json[] = [];
    let pageBytes = 0;
    let cursor = from;
    for await (const { event, cursor: behind } of client.run(path['id'] ?? '').historyFrom(from, { link })) {
      const shown = toJson(event, { stacks: true });
      pageBytes += Buffer.byteLength(JSON.stringify(shown));
      const isFull = events.length === limit || (pageBytes > HISTORY_PAGE_BYTES && events.length > 0);
      // The journal only grows, so a place in it stays.
      if (isFull) return { status: 200, body: { events, cursor } };
      events.push(shown);
      cursor = behind;
    }
    return { status: 200, body: { events } };
  },
});

const deleteRoute = defineRoute({
  method: 'DELETE',
  path: '/runs/{id}',
  operationId: 'deleteRun',
  summary: 'Deletes a run that has ended, with all that belongs to it, now.',
  answers: { 204: { description: 'The run is gone.' } },
  problems: ['RUN_NOT_FOUND', 'RUN_NOT_ENDED'],
  async handle({ client, path }) {
    await client.run(path['id'] ?? '').delete();
    return { status: 204 };
  },
});

const listRoute = defineRoute({
  method: 'GET',
  path: '/runs',
  operationId: 'listRuns',
  summary: 'Runs, newest first. What changed within the last second may be missing.',
  query: {
    workflow: textParameter("The workflow's name. Default: all."),
    status: choicesParameter('One status, or several with commas between them. Default: all.', RUN_STATUSES),
    since: dateParameter('Created at this time or later.'),
    until: dateParameter('Created before this time.'),
    attributes: jsonObjectParameter<Attributes>(
      'Runs that show all of these attributes, with these values, as a JSON object.',
      '{"customer":"c1"}',
    ),
    limit: integerParameter('Runs on a page, at most. Default 100.', { from: 1, to: LIST_PAGE_RUNS }),
    cursor: textParameter('The `cursor` of the page before.'),
  },
  answers: { 200: { description: 'A page of the list.', schema: schemaRef('RunPage') } },
  problems: [],
  async handle({ client, query }) {
    return { status: 200, body: await client.listPage(query) };
  },
});

const exportRoute = defineRoute({
  method: 'GET',
  path: '/runs/{id}/export',
  operationId: 'exportHistory',
  summary:
    'The history of a run as a document for `replayHistory`, `checkReplay` and `importHistory`, without its secrets.',
  query: {
    link: integerParameter('Of a run that has continued as new: which link, from 1. Default: the last one.', {
      from: 1,
      to: LAST_LINK,
    }),
  },
  answers: { 200: { description: 'The document.', schema: schemaRef('HistoryDocument') } },
  problems: ['RUN_NOT_FOUND', 'VALUE_TOO_LARGE'],
  async handle({ client, path, query: { link } }) {
    return { status: 200, body: await client.run(path['id'] ?? '').exportHistory({ link }) };
  },
});

export const runRoutes: readonly Route[] = [listRoute, describeRoute, deleteRoute, historyRoute, exportRoute];
