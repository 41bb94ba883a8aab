/**
 * What runs in a process of its own: one function of the cloud, as the Lambda runtime runs it. It gets events over IPC
 * and answers each with a result or an error.
 *
 * It is bundled together with the handlers and the user's workflows, and imports nothing but node itself.
 */
import { Worker } from 'node:worker_threads';
import type { FromHost, FunctionName, HostedError, ToHost } from './host-protocol.ts';
import type { ExportedWorkflow } from './cloud-event.ts';

export type Handler = (event: never, context: never) => unknown;

export interface Hosted {
  readonly createHandler: Readonly<Record<FunctionName, () => Handler>>;
  readonly workflows: readonly ExportedWorkflow[];
}

/** Loads the code and serves the function that the environment names, until the other side is gone. */
export async function serveFunction(load: () => Promise<Hosted>): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => undefined); // Ctrl-C reaches the whole group: the supervisor says when to stop
  endWithParent(process.ppid);
  try {
    const hosted = await load();
    const handler = hosted.createHandler[process.env['_HANDLER'] as FunctionName]();
    process.on('message', (message: ToHost) => void answer(handler, message));
    send({ kind: 'ready', workflows: hosted.workflows });
  } catch (error) {
    send({ kind: 'not-loaded', error: toHostedError(error) });
  }
}

async function answer(handler: Handler, message: ToHost): Promise<void> {
  try {
    const event: unknown = JSON.parse(message.event);
    const result: unknown = await handler(event as never, contextOf(message) as never);
    send({ kind: 'result', requestId: message.requestId, result: JSON.stringify(result ?? null) });
  } catch (error) {
    send({ kind: 'error', requestId: message.requestId, error: toHostedError(error) });
  }
}

/** The second argument of a Lambda handler. */
function contextOf(message: ToHost): Record<string, unknown> {
  const name = process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? '';
  return {
    functionName: name,
    functionVersion: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: `arn:aws:lambda:${process.env['AWS_REGION'] ?? ''}:000000000000:function:${name}`,
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    awsRequestId: message.requestId,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: String(process.pid),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, message.deadlineMs - Date.now()),
  };
}

function send(message: FromHost): void {
  // Without a channel the supervisor is gone, and this process is about to end too. The channel may also close while the
  // message is on its way: without a callback that error would be thrown, and would end the process as a failure.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function toHostedError(error: unknown): HostedError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: '' };
  return { name: error.name, message: error.message, stack: error.stack ?? '' };
}

/**
 * A process that is busy in a loop never hears that the channel closed. So a thread looks whether the parent is still
 * the same, and ends the process if not.
 */
function endWithParent(parentPid: number): void {
  const watch = `setInterval(() => process.ppid === ${parentPid} || process.kill(process.pid, 'SIGKILL'), 1000)`;
  const thread = new Worker(watch, { eval: true, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 8 } });
  thread.unref();
}
