/** Hands the wake of a run that is pinned to another version of the worker to that version, as the queue would have. */
import type { LambdaClient } from '@aws-sdk/client-lambda';

export interface ForwardOptions {
  /** Of the worker. */
  readonly functionName: string;
  /** Default: one with the region, credentials and endpoint of the environment. */
  readonly client?: LambdaClient | undefined;
}

/** The caller does not wait for that turn: one that fails is retried with the next wake, as any other. */
export function createWakeForwarder({
  functionName,
  client,
}: ForwardOptions): (runId: string, version: string) => Promise<'forwarded' | 'gone'> {
  let opened = client;
  return async (runId, version) => {
    // Loaded when it is needed: it would make each cold start longer.
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    opened ??= new LambdaClient({
      requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
    });
    const record = { messageId: `forwarded-${runId}`, body: JSON.stringify({ runId }) };
    try {
      await opened.send(
        new InvokeCommand({
          FunctionName: functionName,
          Qualifier: version,
          InvocationType: 'Event',
          Payload: JSON.stringify({ Records: [record] }),
        }),
      );
      return 'forwarded';
    } catch (error) {
      if ((error as Error).name === 'ResourceNotFoundException') return 'gone';
      throw error;
    }
  };
}
