/** An update from a caller: checked and encoded, sent as a message, and then its answer is waited for. */
import type { Duration } from '../core/duration.ts';
import type { Encoded } from '../core/encoded.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import { updateSchema } from '../core/update.ts';
import { validOrThrow } from '../core/validate.ts';
import type { ClientPorts } from './client-ports.ts';
import { digestInput, encodeInput } from './encode-input.ts';
import { updateIdFromKey, updateIdOf } from './identifiers.ts';
import { checkOptions } from './options.ts';
import { sendMessage } from './send-message.ts';
import { nameOf } from './send-signal.ts';

/** How an update is sent. */
export interface UpdateOptions {
  /**
   * The update's id: calls with the same one, to the same run and update, are one update, and each gets its answer, until the
   * run is purged. With another input than the first of them they are an IdempotencyKeyReusedError. A text of 1 to 255
   * characters. Default: each call is an update of its own.
   */
  readonly id?: string | undefined;
  /** Another name for `id`. */
  readonly idempotencyKey?: string | undefined;
  /** How long to wait for the answer: then a TimeoutError, and the update goes on. Default: as long as it takes. */
  readonly timeout?: Duration | undefined;
}

export interface PreparedUpdate {
  readonly name: string;
  readonly args: Encoded;
  /** Of what was given. */
  readonly digest: string;
  readonly key: string | undefined;
}

/** Raises what is wrong with an update, wherever it is to be sent. */
export async function prepareUpdate(
  ports: ClientPorts,
  update: { readonly name: string } | string,
  input: unknown,
  options: UpdateOptions,
): Promise<PreparedUpdate> {
  const name = nameOf(update, 'an update');
  const key = keyOf(options);
  const what = `the input of update "${name}"`;
  const schema = typeof update === 'string' ? ports.registry?.updateSchema(name) : updateSchema(update);
  // Only checked: the run's handler is given what the schema makes of it, and asks the schema itself.
  validOrThrow(schema, input, what);
  const { limits } = await ports.openStore();
  const { value } = encodeInput(what, input, limits);
  return { name, args: value, digest: digestInput(what, input), key };
}

/** Gives the id of its message. */
export async function sendUpdate(ports: ClientPorts, runId: string, update: PreparedUpdate): Promise<string> {
  const { name, args, digest, key } = update;
  const id = key === undefined ? updateIdOf(ports.ids.messageId()) : updateIdFromKey(runId, name, key);
  const message = { kind: 'update', id, digest, name, args } as const;
  await sendMessage(ports, { runId, message, idempotencyKey: key, what: `update "${name}"` });
  return id;
}

export function keyOf(options: UpdateOptions): string | undefined {
  checkOptions('update', options, ['id', 'idempotencyKey', 'timeout']);
  const { id, idempotencyKey } = options;
  if (id !== undefined && idempotencyKey !== undefined) {
    throw new InvalidArgumentError('update takes an id or an idempotencyKey, not both: they are one thing');
  }
  return id ?? idempotencyKey;
}
