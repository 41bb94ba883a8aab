/** Asking a run a query: the answer is that of its last record. Nothing is written, and the run does not notice. */
import { decode } from '../codec/decode.ts';
import { toError } from '../core/to-error.ts';
import type { ClientPorts } from './client-ports.ts';
import { encodeInput } from './encode-input.ts';
import { RunNotBegunError, RunNotFoundError, UnknownQueryError } from '../core/run-errors.ts';
import { retryUnavailable } from './retry-unavailable.ts';

/** Errors that handlers of queries have thrown. They are thrown to callers as they are, so nothing else tells them apart. */
const ofHandlers = new WeakSet<Error>();

/** Whether an error of `run.query` is what the handler threw. */
export function isErrorOfHandler(error: unknown): error is Error {
  return error instanceof Error && ofHandlers.has(error);
}

/** `entity`: the name of the entity that the run is, if it is one. */
export async function askQuery(
  ports: ClientPorts,
  runId: string,
  name: string,
  args: unknown,
  entity?: string,
): Promise<unknown> {
  const { limits } = await ports.openStore();
  const { value } = encodeInput(`the arguments of query "${name}"`, args, limits);
  const answerQuery = await ports.openQueries();
  const answer = await retryUnavailable(ports.clock, () =>
    answerQuery({ runId, name, args: value, ...(entity === undefined ? {} : { entity }) }),
  );
  switch (answer.kind) {
    case 'answered':
      return decode(answer.value);
    case 'failed': {
      const error = toError(answer.error);
      ofHandlers.add(error);
      throw error;
    }
    case 'not-found':
      throw new RunNotFoundError(runId);
    case 'not-begun':
      throw new RunNotBegunError(runId);
    case 'unknown-query':
      throw new UnknownQueryError(runId, name, answer.names);
    case 'cannot-replay':
      throw answer.error;
  }
}
