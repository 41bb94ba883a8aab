/** A request to cancel or to terminate a run, from a caller or from the code of another run. */
import type { ClientPorts } from './client-ports.ts';
import { digestInput } from './encode-input.ts';
import { controlIdFromKey } from './identifiers.ts';
import { sendMessage } from './send-message.ts';

export interface ControlRequest {
  readonly kind: 'cancel' | 'terminate';
  readonly reason: string;
  /** Of a request to terminate: the steps are undone first. */
  readonly undo?: boolean;
  readonly idempotencyKey: string | undefined;
}

export async function sendControl(ports: ClientPorts, runId: string, request: ControlRequest): Promise<void> {
  const { kind, reason, undo = false, idempotencyKey } = request;
  const identity =
    idempotencyKey === undefined
      ? { id: ports.ids.messageId() }
      : {
          id: controlIdFromKey(runId, kind, idempotencyKey),
          digest: digestInput('a reason', undo ? { reason, undo } : reason),
        };
  await sendMessage(ports, {
    runId,
    message: undo ? { kind: 'terminate', ...identity, reason, undo } : { kind, ...identity, reason },
    idempotencyKey,
    what: `a ${kind} request`,
  });
}
