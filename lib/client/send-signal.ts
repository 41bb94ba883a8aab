/** A signal from a caller: its payload is checked and encoded before anything is written. */
import { checkName } from '../core/check-name.ts';
import type { Encoded } from '../core/encoded.ts';
import { signalSchema } from '../core/signal.ts';
import { validOrThrow } from '../core/validate.ts';
import type { ClientPorts } from './client-ports.ts';
import { digestInput, encodeInput } from './encode-input.ts';
import { messageIdFromKey } from './identifiers.ts';
import { sendMessage } from './send-message.ts';

export interface PreparedSignal {
  readonly name: string;
  readonly payload: Encoded;
  readonly idempotencyKey: string | undefined;
  /** Of what was given, where there is a key. */
  readonly digest: string | undefined;
}

/** Raises what is wrong with a signal, wherever it is to be sent. */
export async function prepareSignal(
  ports: ClientPorts,
  signal: { readonly name: string } | string,
  { payload, idempotencyKey }: { readonly payload: unknown; readonly idempotencyKey: string | undefined },
): Promise<PreparedSignal> {
  const name = nameOf(signal, 'a signal');
  const what = `the payload of signal "${name}"`;
  const schema = typeof signal === 'string' ? ports.registry?.signalSchema(name) : signalSchema(signal);
  // Only checked: its receiver is given what the schema makes of it, and asks the schema itself.
  validOrThrow(schema, payload, what);
  const { limits } = await ports.openStore();
  const { value } = encodeInput(what, payload, limits);
  const digest = idempotencyKey === undefined ? undefined : digestInput(what, payload);
  return { name, payload: value, idempotencyKey, digest };
}

export async function sendSignal(ports: ClientPorts, runId: string, prepared: PreparedSignal): Promise<void> {
  const { name, payload, idempotencyKey, digest } = prepared;
  const identity =
    digest === undefined
      ? { id: ports.ids.messageId() }
      : { id: messageIdFromKey(runId, name, idempotencyKey), digest };
  const message = { kind: 'signal', ...identity, name, payload } as const;
  await sendMessage(ports, { runId, message, idempotencyKey, what: `signal "${name}"` });
}

/** Of what was given to name it: the thing itself, or its name. */
export function nameOf(named: { readonly name: string } | string, what: string): string {
  const name = typeof named === 'string' ? named : (named as Partial<typeof named> | null)?.name;
  checkName(name, what);
  return name;
}
