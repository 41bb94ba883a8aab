/** The world that the workflows of these patterns act on: it remembers what was done to it, each effect once. */
import { stepContext } from 'lull';

class Outside {
  readonly #keys = new Set<string>();
  log: string[] = [];

  /** To be called in a step: of several attempts of one step, which may follow on a crash, the first one counts. */
  does(what: string): string {
    const key = `${stepContext().idempotencyKey} ${what}`;
    if (!this.#keys.has(key)) this.log.push(what);
    this.#keys.add(key);
    return what;
  }

  reset(): void {
    this.#keys.clear();
    this.log = [];
  }
}

export const outside = new Outside();
