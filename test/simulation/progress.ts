/** How far a simulation is: one line that stays where it is on a terminal, a line each minute elsewhere. */
import type { Tally } from './tally.ts';

export interface ProgressOptions {
  readonly runs: number;
  readonly untilMs: number;
  readonly startedAtMs: number;
  readonly output: { readonly isTTY?: boolean | undefined; write(text: string): unknown };
}

const LINE_EVERY_MS = 60_000;

export class Progress {
  readonly #options: ProgressOptions;
  #toldAtMs: number;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#toldAtMs = options.startedAtMs;
  }

  show(tallies: readonly Tally[], nowMs: number): void {
    const { output } = this.#options;
    if (output.isTTY !== true && nowMs - this.#toldAtMs < LINE_EVERY_MS) return;
    this.#toldAtMs = nowMs;
    const line = this.line(tallies, nowMs);
    output.write(output.isTTY === true ? `\r\u001b[K${line}` : `${line}\n`);
  }

  /** Makes place for what comes after it. */
  end(): void {
    if (this.#options.output.isTTY === true) this.#options.output.write('\r\u001b[K');
  }

  line(tallies: readonly Tally[], nowMs: number): string {
    const { runs, untilMs, startedAtMs } = this.#options;
    const done = sum(tallies, (tally) => tally.runs);
    const faults = sum(tallies, (tally) => sum(Object.values(tally.faults), (count) => count));
    const seconds = (nowMs - startedAtMs) / 1_000;
    const perSecond = done / Math.max(seconds, 0.001);
    const secondsToGo = Math.min((runs - done) / perSecond, (untilMs - nowMs) / 1_000);
    return [
      `${number(done)}${runs === Infinity ? '' : ` of ${number(runs)}`} runs`,
      `${number(faults)} faults`,
      '0 violations', // the first one ends it
      `${perSecond.toFixed(0)} runs a second`,
      `${duration(seconds)} gone`,
      `${duration(Math.max(0, secondsToGo))} to go`,
    ].join(', ');
  }
}

export function duration(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(0)} s`;
  return `${(seconds / 60).toFixed(1)} min`;
}

function sum<T>(of: readonly T[], by: (one: T) => number): number {
  return of.reduce((total, one) => total + by(one), 0);
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
