/** So many requests a second, and so many at once beyond that: API Gateway's throttle. */
import type { Clock } from '../../../ports/clock.ts';

export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  readonly #clock: Pick<Clock, 'nowMs'>;
  #tokens: number;
  #countedAtMs: number;

  constructor(options: { readonly rate: number; readonly burst: number; readonly clock: Pick<Clock, 'nowMs'> }) {
    this.#rate = options.rate;
    this.#burst = options.burst;
    this.#clock = options.clock;
    this.#tokens = options.burst;
    this.#countedAtMs = options.clock.nowMs();
  }

  /** False: too many. */
  take(): boolean {
    const nowMs = this.#clock.nowMs();
    const earned = ((nowMs - this.#countedAtMs) / 1000) * this.#rate;
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, earned));
    this.#countedAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
