/** Signals from a run to another one. */
import type { Awaitable, Coroutine } from '../core/awaitable.ts';
import { checkName } from '../core/check-name.ts';
import type { Encoded } from '../core/encoded.ts';
import { currentLoop } from '../core/loop.ts';
import { type Signal, signalSchema } from '../core/signal.ts';
import { validOrThrow } from '../core/validate.ts';
import { type Call, lazy } from './lazy.ts';
import { operate } from './operate.ts';

/** The payload is checked and encoded at the call: what changes it later does not change what is sent. */
export function sendSignal(
  call: string,
  runId: string,
  signal: Signal<unknown> | string,
  payload: unknown,
): Awaitable<void> {
  const name = typeof signal === 'string' ? signal : signal.name;
  checkName(name, 'a signal');
  const what = `the payload of signal "${name}"`;
  // Only checked: its receiver is given what the schema makes of it.
  if (typeof signal !== 'string') validOrThrow(signalSchema(signal), payload, what);
  const encoded = currentLoop(call).values.encode(payload, what);
  return lazy(`${call} of "${name}"`, new SendSignalCall(runId, name, encoded), 2);
}

class SendSignalCall implements Call<void> {
  readonly runId: string;
  readonly name: string;
  readonly payload: Encoded;

  constructor(runId: string, name: string, payload: Encoded) {
    this.runId = runId;
    this.name = name;
    this.payload = payload;
  }

  start(): Coroutine<void> {
    const { runId, name, payload } = this;
    return operate<void>({ kind: 'signal', runId, name, payload }, name, [payload]);
  }
}
