/** Takes the turns of runs in this process, one after the other for each run, as their wakes come. */
import type { Clock } from '../ports/clock.ts';
import type { WakeQueue } from '../ports/wake-queue.ts';
import type { TurnEnd } from '../engine/turn-end.ts';

type TakeTurn = (runId: string) => Promise<TurnEnd>;

export class TurnsInProcess implements WakeQueue {
  /** The clock of the engine: no timer of it outlives `stop`. */
  readonly clock: Clock;
  readonly #timers = new Set<() => void>();
  /** Turns that are being taken, and wakes that are to come. */
  #open = 0;
  #takeTurn: TakeTurn | undefined;
  #mainRunId = '';
  #lastTurn: TurnEnd = { kind: 'suspended', dueAtMs: undefined };
  #settle: { resolve(end: TurnEnd): void; reject(error: unknown): void } | undefined;

  constructor(clock: Clock) {
    this.clock = {
      nowMs: () => clock.nowMs(),
      callAt: (atMs, callback) => {
        const cancel = (): void => {
          this.#timers.delete(cancel);
          cancelTimer();
        };
        const cancelTimer = clock.callAt(atMs, () => {
          this.#timers.delete(cancel);
          callback();
        });
        this.#timers.add(cancel);
        return cancel;
      },
    };
  }

  /** The turns of this run and of all others. Returns how it ended, or its last turn if no run has anything to do. */
  take(runId: string, takeTurn: TakeTurn): Promise<TurnEnd> {
    this.#mainRunId = runId;
    this.#takeTurn = takeTurn;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      void this.#turn(runId);
    });
  }

  /** Before `take` a wake is not needed. */
  send(runId: string, delayMs = 0): Promise<void> {
    if (this.#takeTurn === undefined) return Promise.resolve();
    this.#open += 1;
    this.clock.callAt(this.clock.nowMs() + delayMs, () => {
      this.#open -= 1;
      void this.#turn(runId);
    });
    return Promise.resolve();
  }

  /** From here on nothing happens. */
  stop(): void {
    for (const cancel of [...this.#timers]) cancel();
    this.#takeTurn = () => Promise.resolve({ kind: 'skipped', reason: 'closed' });
  }

  async #turn(runId: string): Promise<void> {
    this.#open += 1;
    try {
      const end = (await this.#takeTurn?.(runId)) ?? this.#lastTurn;
      if (runId === this.#mainRunId && end.kind !== 'skipped') this.#lastTurn = end;
      if (runId === this.#mainRunId && (end.kind === 'ended' || end.kind === 'blocked')) this.#settle?.resolve(end);
    } catch (error) {
      this.#settle?.reject(error);
    } finally {
      this.#open -= 1;
    }
    if (this.#open === 0) this.#settle?.resolve(this.#lastTurn);
  }
}
