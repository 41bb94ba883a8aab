// Pausing whole workflows over HTTP.
import { describe, expect, it } from 'vitest';
import { createApiWorld, problemOf } from './api-world.ts';

describe('GET /workflows/{name}', () => {
  it('says what the input has to be, and whether the workflow is paused', async () => {
    const world = createApiWorld();
    const { status, body } = await world.get('/workflows/order');
    expect([status, body]).toEqual([
      200,
      {
        name: 'order',
        paused: false,
        inputSchema: {
          $schema: 'https://json-schema.org/draft/2020-12/schema',
          type: 'object',
          properties: {
            id: { type: 'string' },
            lines: {
              type: 'array',
              items: { type: 'object', properties: { price: { type: 'number' } }, required: ['price'] },
            },
          },
          required: ['id', 'lines'],
        },
      },
    ]);
    await world.post('/workflows/greet/pause', { reason: 'why not' });
    expect((await world.get('/workflows/greet')).body).toEqual({
      ...{ name: 'greet', paused: true, pausedAt: '2026-11-22T12:00:00.000Z', reason: 'why not' },
    });
    const unknown = problemOf(await world.get('/workflows/gret'));
    expect(unknown).toMatchObject({ status: 404, code: 'UNKNOWN_WORKFLOW' });
    expect(unknown.detail).toContain('did you mean "greet"');
  });
});

describe('POST /workflows/{name}/pause and /resume', () => {
  it('pause and resume a workflow, and GET /workflows says which are paused', async () => {
    const world = createApiWorld();
    const paused = { name: 'greet', paused: true, pausedAt: '2026-11-22T12:00:00.000Z', reason: 'the bank is down' };
    const first = await world.post('/workflows/greet/pause', { reason: 'the bank is down' });
    expect([first.status, first.body]).toEqual([200, paused]);
    const again = await world.post('/workflows/greet/pause', { reason: 'another one' });
    expect([again.status, again.body]).toEqual([200, paused]);
    const listed = { workflows: ['greet', 'order', 'rating'], paused: [paused] };
    expect((await world.get('/workflows')).body).toEqual(listed);

    for (let times = 0; times < 2; times += 1) {
      const { status, body } = await world.post('/workflows/greet/resume');
      expect([status, body]).toEqual([200, { name: 'greet', paused: false }]);
    }
    expect((await world.get('/workflows')).body).toEqual({ workflows: ['greet', 'order', 'rating'] });
  });

  it('the reason may be left out, with the body or without', async () => {
    const world = createApiWorld();
    expect((await world.post('/workflows/greet/pause')).body).not.toHaveProperty('reason');
    expect((await world.post('/workflows/order/pause', {})).body).not.toHaveProperty('reason');
  });

  it.each([
    ['a name that is none', '/workflows/a%20b/pause', undefined, 400, 'INVALID_ARGUMENT', 'the name of a workflow'],
    [
      'a workflow that there is not',
      '/workflows/gret/pause',
      undefined,
      404,
      'UNKNOWN_WORKFLOW',
      'did you mean "greet"',
    ],
    ['the same, resumed', '/workflows/gret/resume', undefined, 404, 'UNKNOWN_WORKFLOW', 'did you mean "greet"'],
    ["lull's own workflow", '/workflows/lull.schedule/pause', undefined, 400, 'INVALID_ARGUMENT', 'schedules.pause'],
    ['a text for a body', '/workflows/greet/pause', '"down"', 400, 'INVALID_ARGUMENT', 'send nothing, or an object'],
    ['another field', '/workflows/greet/pause', { why: 'x' }, 400, 'INVALID_ARGUMENT', 'send nothing, or an object'],
    ['a reason that is none', '/workflows/greet/pause', { reason: 7 }, 400, 'INVALID_ARGUMENT', 'up to 200'],
    ['a long reason', '/workflows/greet/pause', { reason: 'x'.repeat(201) }, 400, 'INVALID_ARGUMENT', '201 characters'],
  ])('refuses %s, and changes nothing', async (_what, path, body, status, code, detail) => {
    const world = createApiWorld();
    const problem = problemOf(await world.post(path, body));
    expect(problem).toMatchObject({ status, code });
    expect(problem.detail).toContain(detail);
    expect((await world.store.readWorkflowList()).version).toBe(0);
  });
});
