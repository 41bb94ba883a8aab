import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../lib/http/api.ts';
import { createApiWorld } from './api-world.ts';

interface Document {
  readonly paths: Record<
    string,
    Record<string, { operationId: string; parameters: unknown[]; responses: Record<string, unknown> }>
  >;
}

async function readDocument(): Promise<Document> {
  const { status, body } = await createApiWorld().get('/openapi.json');
  expect(status).toBe(200);
  return body as Document;
}

describe('GET /openapi.json', () => {
  it('is a valid OpenAPI 3.1 document', async () => {
    const validator = new Validator();
    const result = await validator.validate((await readDocument()) as object as Record<string, unknown>);
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(validator.version).toBe('3.1');
    expect(() => validator.resolveRefs()).not.toThrow();
  });

  it('describes every route, each with an id of its own', async () => {
    const { paths } = await readDocument();
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(
      [
        'DELETE /runs/{id}',
        'DELETE /schedules/{name}',
        'GET /schedules',
        'GET /schedules/{name}',
        'POST /schedules',
        'POST /schedules/{name}/backfill',
        'POST /schedules/{name}/pause',
        'POST /schedules/{name}/resume',
        'POST /schedules/{name}/trigger',
        'GET /pools',
        'GET /pools/{name}',
        'POST /pools/{name}',
        'POST /pools/{name}/pause',
        'POST /pools/{name}/reset',
        'POST /pools/{name}/resume',
        'GET /runs',
        'GET /runs/{id}',
        'GET /runs/{id}/export',
        'GET /runs/{id}/history',
        'GET /runs/{id}/queries/{name}',
        'GET /runs/{id}/streams/{name}',
        'GET /workflows',
        'GET /workflows/{name}',
        'POST /bulk/cancel',
        'POST /bulk/delete',
        'POST /bulk/retry',
        'POST /bulk/terminate',
        'POST /callbacks/{token}',
        'POST /callbacks/{token}/fail',
        'POST /callbacks/{token}/heartbeat',
        'POST /runs/{id}/cancel',
        'POST /runs/{id}/fork',
        'POST /runs/{id}/pause',
        'POST /runs/{id}/resume',
        'POST /runs/{id}/retry',
        'POST /runs/{id}/queries/{name}',
        'POST /runs/{id}/signals/{name}',
        'POST /runs/{id}/terminate',
        'POST /runs/{id}/updates/{name}',
        'GET /entities/{name}/{key}/{read}',
        'POST /entities/{name}/{key}/{handler}',
        'POST /workflows/{name}/pause',
        'POST /workflows/{name}/resume',
        'POST /workflows/{name}/runs',
        'POST /workflows/{name}/runs/{id}/signals/{signal}',
        'POST /workflows/{name}/runs/{id}/updates/{update}',
      ].sort(),
    );
    expect(new Set(ROUTES.map(({ operationId }) => operationId)).size).toBe(ROUTES.length);
  });

  it('names the workflows that can be started', async () => {
    const { paths } = await readDocument();
    expect(paths['/workflows/{name}/runs']!['post']).toMatchObject({
      parameters: expect.arrayContaining([
        { name: 'name', in: 'path', required: true, schema: { type: 'string', enum: ['greet', 'order', 'rating'] } },
      ]) as unknown,
    });
  });

  it.each(['/runs/{id}/cancel', '/runs/{id}/terminate', '/runs/{id}/signals/{name}'])(
    'says that %s takes an idempotency key',
    async (path) => {
      const { paths } = await readDocument();
      const { parameters, responses } = paths[path]!['post']!;
      expect(parameters).toContainEqual(expect.objectContaining({ name: 'Idempotency-Key', in: 'header' }));
      expect(JSON.stringify(responses['422'])).toContain('IDEMPOTENCY_KEY_REUSED');
    },
  );

  it('names each problem of a route under its status', async () => {
    const { paths } = await readDocument();
    const { responses } = paths['/runs/{id}/signals/{name}']!['post']!;
    expect(Object.keys(responses)).toEqual(['202', '400', '404', '409', '413', '422', '429', '503']);
    expect(responses['400']).toMatchObject({
      description: 'Invalid JSON (INVALID_JSON), Invalid argument (INVALID_ARGUMENT)',
    });
  });
});
