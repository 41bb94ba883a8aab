/**
 * Reading a stream of a run: a page, or server-sent events. Those come in answers that end: as soon as there is something, or
 * after a while. An EventSource asks again by itself, from the last event that it has. So they need no server that can
 * write an answer piece by piece, and come through Lambda and every gateway.
 */
import type { StreamPage } from '../client/read-stream.ts';
import { LAST_STREAM_PLACE, STREAM_PAGE_LIMIT } from '../core/stream.ts';
import { durationParameter, integerParameter } from './parameters.ts';
import { InvalidRequestError } from './problem.ts';
import { type Answer, type Call, defineRoute, type Route } from './route.ts';
import { schemaRef } from './schemas.ts';
import { toJson } from './to-json.ts';

/** What an EventSource waits before it asks again. */
const RETRY_MS = 100;

interface StreamQuery {
  readonly from: number;
  readonly limit: number;
  readonly wait: number;
}

const streamRoute = defineRoute<StreamQuery>({
  method: 'GET',
  path: '/runs/{id}/streams/{name}',
  operationId: 'readStream',
  summary: 'The values of a stream of a run, from a place on. Also after the end of the run.',
  query: {
    from: integerParameter('The first place, from 1. `Last-Event-ID` counts more. Default 1.', {
      from: 1,
      to: LAST_STREAM_PLACE,
    }),
    limit: integerParameter('Values on a page, at most. Large ones make it fewer. Default 1000.', {
      from: 1,
      to: STREAM_PAGE_LIMIT,
    }),
    wait: durationParameter(
      'Where there is nothing, wait so long for something, 25 s at most. Default: not at all; of server-sent events, 25 s.',
    ),
  },
  answers: {
    200: {
      description: 'A page of the stream.',
      schema: schemaRef('StreamPage'),
      eventStream:
        'One event for each value, with its place as id; after the last value of a run that has ended, `end`.',
    },
    204: { description: 'To an EventSource that asks for more of a stream that is over: it does not ask again.' },
  },
  problems: ['RUN_NOT_FOUND'],
  handle: (call) => (call.events === undefined ? readPage(call) : readEvents(call, call.events.lastId)),
});

export const streamRoutes: readonly Route[] = [streamRoute];

async function readPage({ client, path, query, maxWaitMs }: Call<StreamQuery>): Promise<Answer> {
  const { from, limit, wait = 0 } = query;
  const { id = '', name = '' } = path;
  const page = await client.run(id).streamPage(name, { from, limit, wait: Math.min(wait, maxWaitMs) });
  return { status: 200, body: { entries: page.entries, next: page.next, ended: page.isOver } };
}

async function readEvents(
  { client, path, query, maxWaitMs }: Call<StreamQuery>,
  lastId: string | undefined,
): Promise<Answer> {
  const { limit, wait = maxWaitMs } = query;
  const { id = '', name = '' } = path;
  const from = lastId === undefined ? query.from : readLastId(lastId) + 1;
  const page = await client.run(id).streamPage(name, { from, limit, wait: Math.min(wait, maxWaitMs) });
  if (lastId !== undefined && page.isOver && page.entries.length === 0) return { status: 204 };
  return { status: 200, eventStream: toEvents(page) };
}

function toEvents({ entries, next, isOver }: StreamPage): string {
  const events = entries.map(({ seq, value }) => `id: ${seq}\ndata: ${JSON.stringify(toJson(value))}\n\n`);
  const end = isOver ? [`event: end\nid: ${next - 1}\ndata: {}\n\n`] : [];
  return [`retry: ${RETRY_MS}\n\n`, ...events, ...end].join('');
}

function readLastId(lastId: string): number {
  const place = Number(lastId);
  if (/^\d{1,8}$/.test(lastId) && place < LAST_STREAM_PLACE) return place;
  throw new InvalidRequestError(
    'INVALID_ARGUMENT',
    `the header "Last-Event-ID" cannot be "${lastId.slice(0, 40)}": give the id of an event of this stream`,
  );
}
