/** The same over HTTP: requests to the API, and its answers. */
import { LullError } from '../../../lib/core/errors.ts';
import type { Api } from '../../../lib/http/api.ts';
import type { Problem } from '../../../lib/http/problem.ts';
import type { Action } from './act.ts';

/** `token`: of the callback that is completed; `stepId`: of the step before which the run is forked. */
export async function actOverHttp(
  api: Api,
  call: {
    readonly runId: string;
    readonly action: Action;
    readonly token?: string | undefined;
    readonly stepId?: string | undefined;
  },
  newRequestId: () => string,
): Promise<unknown> {
  const { runId, action, token = '', stepId = '' } = call;
  const { method, path, key, body } = toHttp(runId, action, { token, stepId });
  const headers = { 'x-request-id': newRequestId(), ...(key === undefined ? {} : { 'idempotency-key': key }) };
  const request = new Request(`http://lull.test${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const response = await api.fetch(request);
  if (response.status === 204) return undefined;
  const answer = (await response.json()) as { readonly id?: string } & Partial<Problem>;
  if (!response.ok) throw new LullError(answer.code ?? '', `${response.status}: ${answer.detail}`);
  if (action.do === 'query' || action.do === 'read' || action.do === 'pool') return answer;
  if (action.do === 'read-stream') return valuesIn(answer);
  const isCall = action.do === 'update' || action.do === 'call';
  if (isCall && response.status === 200) return answer;
  if (isCall) throw new LullError('TIMEOUT', 'there is no answer yet');
  if (action.do === 'pause-workflow' || action.do === 'resume-workflow') return answer;
  if (action.do !== 'look' && answer.id !== idIn(action, runId))
    throw new Error(`the answer is about run "${answer.id}"`);
  return undefined;
}

/** Of a page of a stream, its first thousand values. */
function valuesIn(answer: unknown): unknown[] {
  return (answer as { readonly entries: readonly { readonly value: unknown }[] }).entries.map(({ value }) => value);
}

/** Of which run the answer tells. */
function idIn(action: Action, runId: string): string {
  return (action.do === 'start' || action.do === 'fork' ? action.id : undefined) ?? runId;
}

interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly key?: string;
  readonly body?: string;
}

function toHttp(
  runId: string,
  action: Action,
  { token, stepId }: { readonly token: string; readonly stepId: string },
): HttpCall {
  const method = 'POST';
  switch (action.do) {
    case 'start': {
      const { workflow, key, delayMs, id = runId, attributes } = action;
      const query = new URLSearchParams({
        ...(key === undefined ? { id } : {}),
        ...(delayMs === undefined ? {} : { delay: `${delayMs}ms` }),
        ...(attributes === undefined ? {} : { attributes: JSON.stringify(attributes) }),
      });
      const path = `/workflows/${workflow}/runs?${query.toString()}`;
      return { method, path, body: JSON.stringify(action.input), ...(key === undefined ? {} : { key }) };
    }
    case 'signal': {
      const { name, payload, key } = action;
      const path = `/runs/${runId}/signals/${encodeURIComponent(name)}`;
      return { method, path, body: JSON.stringify(payload), ...(key === undefined ? {} : { key }) };
    }
    case 'complete': {
      const { payload, key } = action;
      const path = `/callbacks/${token}${payload.startsWith('no') ? '/fail' : ''}`;
      return { method, path, body: JSON.stringify(payload), ...(key === undefined ? {} : { key }) };
    }
    case 'pause':
    case 'resume':
      return { method, path: `/runs/${runId}/${action.do}` };
    case 'pause-workflow':
    case 'resume-workflow':
      return { method, path: `/workflows/${action.workflow}/${action.do === 'pause-workflow' ? 'pause' : 'resume'}` };
    case 'cancel':
      return { method, path: `/runs/${runId}/cancel`, body: JSON.stringify({ reason: action.reason }) };
    case 'terminate': {
      const { reason, undo } = action;
      return { method, path: `/runs/${runId}/terminate`, body: JSON.stringify({ reason, undo }) };
    }
    case 'update': {
      const { name, input, id: key } = action;
      const path = `/runs/${runId}/updates/${encodeURIComponent(name)}?wait=20s`;
      return { method, path, body: JSON.stringify(input), key };
    }
    case 'read-stream':
      return { method: 'GET', path: `/runs/${runId}/streams/${encodeURIComponent(action.name)}` };
    case 'query':
      return { method: 'GET', path: `/runs/${runId}/queries/${encodeURIComponent(action.name)}` };
    case 'call': {
      const { entity, key, name, input, id } = action;
      return { method, path: `/entities/${entity}/${key}/${name}?wait=20s`, body: JSON.stringify([input]), key: id };
    }
    case 'read':
      return { method: 'GET', path: `/entities/${action.entity}/${action.key}/${action.name}` };
    case 'retry':
      return { method, path: `/runs/${runId}/retry`, body: JSON.stringify({ force: action.force === true }) };
    case 'fork': {
      const { id, input } = action;
      return { method, path: `/runs/${runId}/fork`, body: JSON.stringify({ before: stepId, id, input }) };
    }
    case 'pool': {
      const { pool, call, limits } = action;
      if (call === 'describe') return { method: 'GET', path: `/pools/${pool}` };
      if (call === 'set') return { method, path: `/pools/${pool}`, body: JSON.stringify(limits) };
      return { method, path: `/pools/${pool}/${call}` };
    }
    case 'bulk':
    case 'schedule':
      throw new Error(`${action.do} is done by the client`);
    case 'delete':
      return { method: 'DELETE', path: `/runs/${runId}` };
    case 'look':
      return { method: 'GET', path: `/runs/${runId}?wait=20s` };
  }
}
