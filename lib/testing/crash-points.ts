/**
 * The points at which a crash may happen: each write to the table, and each body of a step. They are counted in every
 * run of a scenario, and at the chosen one everything dies, before or after it.
 */

/** `before` or `after`, and what: `after putRecord #3 of run-0001`. */
export type CrashPoint = string;

export interface PassedPoint {
  /** The crash has happened: what stands at this point must not. */
  readonly crashesBefore: boolean;
  /** To be called when it has happened; says whether the crash has followed it. */
  after(): boolean;
}

export class CrashPoints {
  readonly #chosen: CrashPoint | undefined;
  readonly #counts = new Map<string, number>();
  /** All that were met, in order. */
  readonly met: CrashPoint[] = [];
  /** Whether the chosen one was met. */
  hasCrashed = false;
  onCrash: () => void = () => undefined;

  constructor(chosen?: CrashPoint) {
    this.#chosen = chosen;
  }

  /** `what` is about to happen. */
  next(what: string, runId: string): PassedPoint {
    const key = `${what} of ${runId}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const at = `${what} #${count} of ${runId}`;
    return { crashesBefore: this.#meet(`before ${at}`), after: () => this.#meet(`after ${at}`) };
  }

  #meet(point: CrashPoint): boolean {
    this.met.push(point);
    if (point !== this.#chosen) return false;
    this.hasCrashed = true;
    this.onCrash();
    return true;
  }
}

const PASSED: PassedPoint = { crashesBefore: false, after: () => false };

/** For an engine to which nothing of the kind happens: it counts nothing. */
export class NoCrashPoints extends CrashPoints {
  override next(): PassedPoint {
    return PASSED;
  }
}
