/**
 * Which bytes of a script have run, from V8's own precise coverage. It is asked rarely: asking costs as much as many
 * runs of what is measured.
 */
import { Session } from 'node:inspector';

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

export class Coverage {
  readonly #session = new Session();
  readonly #url: string;
  /** One for each byte of the script that is of interest. */
  readonly #isMeasured: Uint8Array;
  readonly #covered: Uint8Array;
  readonly #now: Uint8Array;

  /** To be made before the script is loaded. */
  constructor(url: string, isMeasured: Uint8Array) {
    this.#url = url;
    this.#isMeasured = isMeasured;
    this.#covered = new Uint8Array(isMeasured.length);
    this.#now = new Uint8Array(isMeasured.length);
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** How many bytes ran since the last time that never ran before. With `keep` they count as known from now on. */
  take(keep: boolean): number {
    const { result } = this.#post('Profiler.takePreciseCoverage') as { result: readonly ScriptCoverage[] };
    const script = result.find(({ url }) => url === this.#url);
    if (script === undefined) return 0;
    const now = this.#now.fill(0);
    // Outer functions come before those within them, and outer blocks before inner ones.
    for (const { ranges } of script.functions) {
      for (const { startOffset, endOffset, count } of ranges) now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    }
    let more = 0;
    for (let at = 0; at < now.length; at += 1) {
      if (now[at] === 0 || this.#covered[at] === 1 || this.#isMeasured[at] === 0) continue;
      more += 1;
      if (keep) this.#covered[at] = 1;
    }
    return more;
  }

  /** Of the bytes that are measured. */
  share(): number {
    let [measured, covered] = [0, 0];
    for (let at = 0; at < this.#isMeasured.length; at += 1) {
      if (this.#isMeasured[at] === 0) continue;
      measured += 1;
      covered += this.#covered[at] ?? 0;
    }
    return measured === 0 ? 0 : covered / measured;
  }

  /** The session answers at once. */
  #post(method: string, parameters?: object): unknown {
    let answer: unknown;
    this.#session.post(method, parameters, (error, result) => {
      if (error !== null) throw new Error(`${method}: ${error.message}`);
      answer = result;
    });
    return answer;
  }
}
