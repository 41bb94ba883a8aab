/** Results that come from outside: from a person who follows a link, from a service that calls back. */
import { checkName } from '../core/check-name.ts';
import type { Callback, CallbackOptions } from '../core/callback.ts';
import { describeValue } from '../core/describe-value.ts';
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { TimeoutError, WorkflowCodeError } from '../core/errors.ts';
import { ADD_WATCHER, type Future } from '../core/future.ts';
import type { Watcher } from '../core/job.ts';
import { type CallbackTarget, currentLoop } from '../core/loop.ts';
import type { StandardSchema } from '../core/standard-schema.ts';
import { toError } from '../core/to-error.ts';
import { validOrThrow } from '../core/validate.ts';
import { checkSchema } from './check-schema.ts';
import { EagerFuture, noticeIfForgotten } from './eager-future.ts';
import { Timer, type TimerTarget } from './timer.ts';

/**
 * Makes a token by which a caller completes this await, once. The token is there at once: put it into an email, or
 * hand it to a service, in a step. `client.completeCallback(token, value)` completes it, `failCallback` makes the await
 * throw, `heartbeatCallback` says that the work goes on; the HTTP API has a route for each. What comes before the run
 * awaits is kept. When `timeout` or `heartbeatTimeout` is up the await throws a TimeoutError.
 *
 * @example
 * ```ts
 * const approval = callback<{ approved: boolean }>('approval', { timeout: '7 days' });
 * yield* step('send mail', () => `Approve with ${approval.token.length > 40}`);
 * let approved = false;
 * try {
 *   ({ approved } = yield* approval);
 * } catch (error) {
 *   if (!(error instanceof TimeoutError)) throw error;
 * }
 * approved; // => false
 * ```
 */
export function callback<T = unknown>(name: string, options: CallbackOptions<T> = {}): Callback<T> {
  checkName(name, 'a callback');
  checkOptions(name, options);
  const made = new RunCallback<T>(name, {
    timeoutMs: toMs(options.timeout, `the timeout of callback "${name}"`),
    heartbeatTimeoutMs: toMs(options.heartbeatTimeout, `the heartbeatTimeout of callback "${name}"`),
    schema: checkSchema(`callback "${name}"`, options.schema),
  });
  noticeIfForgotten(made, `callback("${name}")`, callback);
  return made;
}

interface Limits {
  readonly timeoutMs: number | undefined;
  readonly heartbeatTimeoutMs: number | undefined;
  readonly schema: StandardSchema | undefined;
}

/** Unlike `callback`, making one need not be followed by an await. */
export class RunCallback<T> extends EagerFuture<T> implements Callback<T>, Watcher, CallbackTarget, Limited {
  readonly name: string;
  readonly token: string;
  readonly #publicUrl: string | undefined;
  readonly #limits: Limits;
  /** The future of its command. */
  readonly #command: Future<unknown>;
  readonly #timer: Timer | undefined;
  /** Set anew by each heartbeat. */
  #heartbeatTimer: Timer | undefined;
  #lastHeartbeat: unknown;

  constructor(name: string, limits: Limits) {
    super();
    this.name = name;
    this.#limits = limits;
    const { callbacks, clock, awaits } = currentLoop(`callback("${name}")`);
    const { timeoutMs, heartbeatTimeoutMs, schema } = limits;
    const expiresAtMs = timeoutMs === undefined ? undefined : clock.nowMs() + timeoutMs;
    const begun = callbacks.begin({ kind: 'callback', name, expiresAtMs, hasSchema: schema !== undefined }, this);
    this.#command = begun.future;
    // Beyond the limit of commands there is no token: the call itself fails, as `new` of anything else would.
    if (begun.kind === 'refused') throw begun.future.exception() as Error;
    this.token = begun.token;
    this.#publicUrl = begun.publicUrl;
    awaits?.dependsOn(this, [this.#command]);
    this.#command[ADD_WATCHER](this);
    if (expiresAtMs !== undefined) {
      const target = new CallbackLimit(this, `was not completed within ${timeoutMs} ms`);
      this.#timer = new Timer(target, { name: 'callback timeout', dueAtMs: expiresAtMs, ifDue: 'soon' });
    }
    if (heartbeatTimeoutMs !== undefined && this.#heartbeatTimer === undefined) this.#waitForHeartbeat();
  }

  /** Undefined where the deployment has no public address. */
  get publicUrl(): string | undefined {
    return this.#publicUrl === undefined ? undefined : `${this.#publicUrl}/callbacks/${this.token}`;
  }

  get url(): string {
    const { publicUrl } = this;
    if (publicUrl !== undefined) return publicUrl;
    throw new WorkflowCodeError(
      'NO_PUBLIC_URL',
      `callback "${this.name}" has no url: this deployment has no public address for callbacks. Say publicCallbacks: true ` +
        `in the WorkflowEngine (LULL_PUBLIC_URL where you deploy otherwise), or hand out the token`,
    );
  }

  get lastHeartbeat(): unknown {
    return this.#lastHeartbeat;
  }

  override cancel(message = ''): boolean {
    const isCancelled = super.cancel(message);
    if (isCancelled) this.#close();
    return isCancelled;
  }

  check(value: unknown): void {
    this.#toValue(value);
  }

  heartbeat(details: unknown): void {
    if (this.done()) return;
    this.#lastHeartbeat = details;
    if (this.#limits.heartbeatTimeoutMs !== undefined) this.#waitForHeartbeat();
  }

  /** The command is done: the callback was completed or failed. */
  futureDone(command: Future<unknown>): void {
    if (this.done()) return;
    this.#close();
    try {
      this.setResult(this.#toValue(command.result()));
    } catch (error) {
      this.setException(toError(error));
    }
  }

  #toValue(given: unknown): T {
    return validOrThrow(this.#limits.schema, given, `the value of callback "${this.name}"`) as T;
  }

  timeIsUp(problem: string): void {
    if (this.done()) return;
    this.#close();
    this.setException(new TimeoutError(`callback "${this.name}" ${problem}`));
  }

  #waitForHeartbeat(): void {
    const ms = this.#limits.heartbeatTimeoutMs ?? Infinity;
    const dueAtMs = currentLoop('callback()').clock.nowMs() + ms;
    this.#heartbeatTimer?.cancel();
    const target = new CallbackLimit(this, `had no heartbeat for ${ms} ms`);
    this.#heartbeatTimer = new Timer(target, { name: 'callback heartbeat', dueAtMs, ifDue: 'soon' });
  }

  #close(): void {
    this.#timer?.cancel();
    this.#heartbeatTimer?.cancel();
    this.#command.cancel();
  }
}

/** What has a time limit. */
interface Limited {
  timeIsUp(problem: string): void;
}

class CallbackLimit implements TimerTarget {
  readonly callback: Limited;
  readonly problem: string;

  constructor(callback: Limited, problem: string) {
    this.callback = callback;
    this.problem = problem;
  }

  timerDue(): void {
    this.callback.timeIsUp(this.problem);
  }
}

function toMs(duration: Duration | undefined, what: string): number | undefined {
  return duration === undefined ? undefined : toMilliseconds(duration, what);
}

const OPTIONS = ['timeout', 'heartbeatTimeout', 'schema'];

function checkOptions(name: string, options: unknown): void {
  const invalid = (problem: string) => new WorkflowCodeError('INVALID_ARGUMENT', problem);
  if (typeof options !== 'object' || options === null) {
    throw invalid(`the options of callback "${name}" are ${describeValue(options)}: give an object, or leave them out`);
  }
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined)
    throw invalid(`callback "${name}" has no option "${unknown}": there are ${OPTIONS.join(', ')}`);
}
