// The values of a stream over HTTP: pages, and server-sent events.
import { describe, expect, it } from 'vitest';
import { sleep, step, stream, workflow } from 'lull';
import { createTestEngine } from 'lull/testing';
import { createApi } from '../../lib/http/api.ts';

const tokens = stream<unknown>('tokens/of the model');
const path = `/runs/r/streams/${encodeURIComponent(tokens.name)}`;

const story = workflow('story', function* () {
  yield* tokens.write('Once');
  yield* tokens.write({ at: new Date(0), text: 'line\nbreak' });
  yield* sleep('1 day');
  yield* step('model', (context) => context.write(tokens, undefined));
});

async function open() {
  const engine = createTestEngine({ workflows: [story] });
  const run = await engine.start(story, undefined, { id: 'r' });
  await engine.settle();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const api = createApi({ client: engine.client, workflows: ['story'], log });
  const get = async (query = '', headers: Record<string, string> = {}) => {
    const response = await api.fetch(new Request(`http://api${path}${query}`, { headers }), {});
    const type = response.headers.get('content-type');
    const text = await response.text();
    const body: unknown = type?.includes('json') === true ? JSON.parse(text) : undefined;
    return { status: response.status, type, text, body };
  };
  const events = (query = '', lastId?: string) =>
    get(query, { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) });
  return { engine, run, get, events };
}

describe('GET /runs/{id}/streams/{name}', () => {
  it('gives a page, from which the next one goes on, to the end', async () => {
    const { run, get } = await open();
    const first = { seq: 1, value: 'Once' };
    const second = { seq: 2, value: { at: '1970-01-01T00:00:00.000Z', text: 'line\nbreak' } };
    expect(await get('?limit=1')).toMatchObject({ status: 200, body: { entries: [first], next: 2, ended: false } });
    expect((await get()).body).toEqual({ entries: [first, second], next: 3, ended: false });
    expect((await get('?from=3')).body).toEqual({ entries: [], next: 3, ended: false });
    await run.result();
    expect((await get('?from=2&limit=1')).body).toEqual({ entries: [second], next: 3, ended: false });
    expect((await get('?from=3')).body).toEqual({ entries: [{ seq: 3 }], next: 4, ended: true });
    expect((await get('?from=4')).body).toEqual({ entries: [], next: 4, ended: true });
  });

  it('waits for what is to come, if it is asked to', async () => {
    const { get } = await open();
    expect((await get('?from=3&wait=25s')).body).toEqual({ entries: [], next: 3, ended: false });
  });

  it('refuses what it cannot mean, and a run that is not there', async () => {
    const { get, run } = await open();
    for (const query of ['?from=0', '?from=x', '?limit=1001', '?limit=0', '?wait=soon', '?cursor=1']) {
      expect(await get(query)).toMatchObject({ status: 400, body: { code: 'INVALID_ARGUMENT' } });
    }
    expect(await get('', { accept: 'text/event-stream', 'last-event-id': 'x' })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_ARGUMENT' },
    });
    await run.terminate();
    await run.delete();
    expect(await get()).toMatchObject({ status: 404, body: { code: 'RUN_NOT_FOUND' } });
  });

  it('gives server-sent events to who asks for them, behind the last one that has come', async () => {
    const { run, events } = await open();
    expect(await events()).toEqual({
      status: 200,
      type: 'text/event-stream',
      body: undefined,
      text:
        'retry: 100\n\n' +
        'id: 1\ndata: "Once"\n\n' +
        'id: 2\ndata: {"at":"1970-01-01T00:00:00.000Z","text":"line\\nbreak"}\n\n',
    });
    expect((await events('', '1')).text).toMatch(/^retry: 100\n\nid: 2\n/);
    await run.result();
    expect((await events('', '2')).text).toBe('retry: 100\n\nid: 3\ndata: null\n\nevent: end\nid: 3\ndata: {}\n\n');
    expect(await events('', '3')).toMatchObject({ status: 204, text: '' }); // an EventSource asks no more then
  });

  it('tells an EventSource that a stream without values is over, and then to ask no more', async () => {
    const engine = createTestEngine({ workflows: [workflow('none', function* () {})] });
    const run = await engine.start('none' as never, undefined, { id: 'r' });
    await run.result();
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const api = createApi({ client: engine.client, workflows: ['none'], log });
    const ask = (headers: Record<string, string>) =>
      api.fetch(
        new Request(`http://api/runs/r/streams/s`, { headers: { accept: 'text/event-stream', ...headers } }),
        {},
      );
    expect(await (await ask({})).text()).toBe('retry: 100\n\nevent: end\nid: 0\ndata: {}\n\n');
    expect((await ask({ 'last-event-id': '0' })).status).toBe(204);
  });
});
