/**
 * The heartbeats of one attempt: watches for silence, and records details.
 *
 * Tested by: test/engine/step-limits.test.ts, test/adversarial/heartbeat-too-large.test.ts
 */
import { encode, encodedBytes } from '../codec/encode.ts';
import { toMilliseconds } from '../core/duration.ts';
import type { Encoded } from '../core/encoded.ts';
import { PayloadTooLargeError, TimeoutError } from '../core/errors.ts';
import type { StepHeartbeat } from '../journal/event.ts';
import type { PendingStep } from '../scheduler/live-run.ts';
import { callAtOrNever } from './call-at-or-never.ts';
import type { Engine } from './settings.ts';
import { ofSensitive } from './step-events.ts';

export interface HeartbeatOptions {
  readonly engine: Engine;
  readonly step: PendingStep;
  /** Details that are to be recorded. */
  readonly onEvent: (event: StepHeartbeat) => void;
  /** There was no heartbeat within `heartbeatTimeout`. */
  readonly onSilence: (error: TimeoutError) => void;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #limitMs: number;
  #recordedAtMs: number;
  #unrecorded: Encoded | undefined;
  #cancelWatch = (): void => undefined;

  constructor(options: HeartbeatOptions) {
    const { engine, step } = options;
    const { name, options: stepOptions } = step.command;
    this.#options = options;
    this.#limitMs =
      stepOptions.heartbeatTimeout === undefined
        ? Infinity
        : toMilliseconds(stepOptions.heartbeatTimeout, `heartbeatTimeout of step "${name}"`);
    this.#recordedAtMs = engine.clock.nowMs();
    this.#watch();
  }

  /** Details are recorded after each third of a lease: a record for every heartbeat would cost a write each. */
  beat(details: unknown): void {
    const { engine, step } = this.#options;
    this.#watch();
    if (details === undefined) return;
    this.#unrecorded = encodeDetails(engine, step.command.name, details);
    if (engine.clock.nowMs() - this.#recordedAtMs >= engine.leaseMs / 3) this.flush();
  }

  /** Records the details that are not recorded yet. */
  flush(): void {
    if (this.#unrecorded === undefined) return;
    const { engine, step, onEvent } = this.#options;
    this.#recordedAtMs = engine.clock.nowMs();
    const details = this.#unrecorded;
    onEvent({ kind: 'step-heartbeat', id: step.id, atMs: this.#recordedAtMs, details, ...ofSensitive(step) });
    this.#unrecorded = undefined;
  }

  stop(): void {
    this.#cancelWatch();
  }

  #watch(): void {
    const { engine, step, onSilence } = this.#options;
    const { name, options } = step.command;
    this.#cancelWatch();
    this.#cancelWatch = callAtOrNever(engine.clock, engine.clock.nowMs() + this.#limitMs, () => {
      onSilence(new TimeoutError(`step "${name}" gave no heartbeat for ${JSON.stringify(options.heartbeatTimeout)}`));
    });
  }
}

/** A record that the table does not take would end each turn in an error. */
function encodeDetails({ maxValueBytes }: Engine, name: string, details: unknown): Encoded {
  const what = `the heartbeat details of step "${name}"`;
  const encoded = encode(details, what);
  const bytes = encodedBytes(encoded);
  if (bytes <= maxValueBytes) return encoded;
  throw new PayloadTooLargeError(`${what} have ${bytes} bytes, the limit is ${maxValueBytes}: give a key to them`);
}
