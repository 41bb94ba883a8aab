/**
 * A message to a run that is started for it if it is not there yet. What is wrong with the message is found before the run
 * is started; a caller that dies between the two calls again, and finds the run.
 */
import type { Duration } from '../core/duration.ts';
import type { Signal } from '../core/signal.ts';
import type { Update } from '../core/update.ts';
import type { CallPorts } from './call-ports.ts';
import { checkRunId } from './identifiers.ts';
import type { StartOptions } from './start-run.ts';

/** The id tells whether the run is there; all else is as for `start`, but for `onConflict`: the run that is there is taken. */
export interface WithStartOptions extends StartOptions {
  readonly id: string;
  /** Default: `'use-existing'`. */
  readonly onConflict?: StartOptions['onConflict'];
  /** Calls with the same key send the run one message, however often they are repeated. */
  readonly idempotencyKey?: string | undefined;
}

/** How a run is started and sent a signal. A payload that may be undefined may be left out. */
export type SignalWithStartOptions<T, Payload> = WithStartOptions & {
  readonly signal: Signal<T, Payload>;
} & (undefined extends Payload ? { readonly payload?: Payload } : { readonly payload: Payload });

/** The same, for a signal by name, or a workflow by name. */
export interface NamedSignalWithStartOptions extends WithStartOptions {
  readonly signal: { readonly name: string } | string;
  readonly payload?: unknown;
}

interface AnswerTimeout {
  /** How long to wait for the answer: then a TimeoutError, and the update goes on. Default: as long as it takes. */
  readonly answerTimeout?: Duration | undefined;
}

/** How a run is started and asked to carry out an update. Arguments that may be undefined may be left out. */
export type UpdateWithStartOptions<I, U, Args> = WithStartOptions &
  AnswerTimeout & { readonly update: Update<I, U, Args> } & (undefined extends Args
    ? { readonly args?: Args }
    : { readonly args: Args });

/** The same, for an update by name, or a workflow by name. */
export interface NamedUpdateWithStartOptions extends WithStartOptions, AnswerTimeout {
  readonly update: { readonly name: string } | string;
  readonly args?: unknown;
}

/** What of the options is for the start. The key is for the message: the id finds the run again. */
export function toStartOptions(options: WithStartOptions): StartOptions {
  const { id, idempotencyKey: _key, onConflict = 'use-existing', ...rest } = options;
  return { ...rest, id: checkRunId(id), onConflict };
}

/** The message is not to wait until a turn is over. */
export function withoutFirstTurns<Ports extends CallPorts>(ports: Ports): Ports {
  return { ...ports, firstTurns: undefined };
}
