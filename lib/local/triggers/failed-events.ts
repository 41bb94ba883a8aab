/** Events that failed: they go to the destination that the template names. */
import { randomUUID } from 'node:crypto';
import type { Queues } from '../services/sqs/queues.ts';
import type { FailedEvent } from '../functions/event-queue.ts';
import type { FunctionResource } from '../resources.ts';

/** Lambda's record of an asynchronous invocation that was given up, as its on-failure destination gets it. */
export function toDestinationRecord(made: FunctionResource, failed: FailedEvent, atMs: number): unknown {
  const { requestId, payload, attempts, reason, response } = failed;
  return {
    version: '1.0',
    timestamp: new Date(atMs).toISOString(),
    requestContext: {
      requestId,
      functionArn: `${made.arn}:$LATEST`,
      condition: reason,
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(payload) as unknown,
    ...(response === undefined
      ? {}
      : {
          responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
          responsePayload: JSON.parse(response) as unknown,
        }),
  };
}

/** Of EventBridge's, for what it could not hand over; its attributes say why. */
export function sendFailedEvent(
  queues: Queues,
  deadLetterArn: string,
  dead: { readonly event: string; readonly ruleArn: string; readonly message: string },
): void {
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  const attributes = {
    ERROR_CODE: text('NO_PERMISSIONS'),
    ERROR_MESSAGE: text(dead.message),
    RULE_ARN: text(dead.ruleArn),
    EXECUTION_ID: text(randomUUID()),
  };
  queues.find(deadLetterArn)?.send(dead.event, undefined, { attributes });
}
