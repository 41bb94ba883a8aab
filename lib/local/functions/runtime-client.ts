/**
 * lull's own runtime client: asks the Runtime API for events, calls the handler, and posts the results. It runs in a
 * function's process, in the place of aws-lambda-ric, where a function is not isolated: see `resources.ts`.
 *
 * It is bundled together with the handlers and the user's workflows, and imports little but node itself.
 */
import { Agent, type IncomingHttpHeaders } from 'node:http';
import { Worker } from 'node:worker_threads';
import type { ExportedWorkflow } from '../cloud-event.ts';
import { callRuntimeApi, type RuntimeReply } from './call-runtime-api.ts';

export type Handler = (event: never, context: never) => unknown;

export interface LoadedCode {
  /** By the names that `_HANDLER` may have. */
  readonly createHandler: Readonly<Record<string, () => Handler>>;
  readonly workflows: readonly ExportedWorkflow[];
}

/** lull's own path beside Lambda's: the workflows in the code, posted before the first event is asked for. */
export const WORKFLOWS_PATH = '/lull/workflows';

/** With a body it is a POST, else a GET. */
type Api = (path: string, body?: string) => Promise<RuntimeReply>;

/** Loads the code and serves the function that the environment names, until the Runtime API is gone. */
export async function serveFunction(load: () => Promise<LoadedCode>): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const address = process.env['AWS_LAMBDA_RUNTIME_API'] ?? '';
  const api: Api = (path, body) => callRuntimeApi(`http://${address}${path}`, agent, body);
  if (process.platform === 'win32') endWithParent(process.ppid);
  let handler: Handler | undefined;
  try {
    const { createHandler, workflows } = await load();
    handler = createHandler[process.env['_HANDLER'] ?? '']?.();
    if (!handler) throw new Error(`there is no handler "${process.env['_HANDLER'] ?? ''}"`);
    await api(WORKFLOWS_PATH, JSON.stringify(workflows));
  } catch (error) {
    await api('/2018-06-01/runtime/init/error', JSON.stringify(toErrorBody(error))).catch(() => undefined);
    process.exit(1);
  }
  await serveEvents(handler, api);
}

/** The cloud gives no more events than the function may work on at a time: it decides, and this asks at once for the next. */
async function serveEvents(handler: Handler, api: Api): Promise<void> {
  for (;;) {
    const event = await api('/2018-06-01/runtime/invocation/next').catch(() => process.exit(0)); // the cloud is gone
    void answer(handler, event, api);
  }
}

async function answer(handler: Handler, { headers, body }: RuntimeReply, api: Api): Promise<void> {
  const requestId = String(headers['lambda-runtime-aws-request-id']);
  const post = (kind: 'response' | 'error', content: unknown): Promise<unknown> =>
    api(`/2018-06-01/runtime/invocation/${requestId}/${kind}`, JSON.stringify(content ?? null));
  try {
    const result = await handler(JSON.parse(body) as never, contextOf(requestId, headers) as never);
    await post('response', result);
  } catch (error) {
    await post('error', toErrorBody(error)).catch(() => undefined); // the cloud is gone, and so is this process soon
  }
}

/** The second argument of a Lambda handler. */
function contextOf(requestId: string, headers: IncomingHttpHeaders): Record<string, unknown> {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    awsRequestId: requestId,
    logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

/** As aws-lambda-ric posts an error: the trace is the lines of the stack. */
function toErrorBody(error: unknown): unknown {
  if (!(error instanceof Error)) return { errorType: 'Error', errorMessage: String(error), trace: [] };
  const { name, message, stack = '' } = error;
  return { errorType: name, errorMessage: message, trace: stack.split('\n') };
}

/**
 * Where no reaper ends the processes of a cloud that was killed: a thread looks whether the parent is still the same. The
 * main thread may be busy in a loop, and would not see that the Runtime API is gone.
 */
function endWithParent(parentPid: number): void {
  const watch = `setInterval(() => process.ppid === ${parentPid} || process.kill(process.pid, 'SIGKILL'), 1000)`;
  const thread = new Worker(watch, { eval: true, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 8 } });
  thread.unref();
}
