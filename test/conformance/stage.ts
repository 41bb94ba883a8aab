/** A home of the suite: a place where lull runs, as the suite sees it. */

/** A line that the code of a run, or the engine, logged. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly runId?: string | undefined;
}

export interface Stage {
  /** What the clock of the runs shows. */
  nowMs(): number;
  /** A request to the HTTP API. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** A request of somebody who has an address, and no credentials. */
  fetchLink(url: string, init?: RequestInit): Promise<Response>;
  /** Lets so much time pass for the runs, with all that is due on the way. */
  advance(ms: number): Promise<void>;
  /** Until the run has ended. Rejects if it never does. */
  untilEnded(runId: string): Promise<void>;
  /** All that was logged so far. */
  lines(): readonly Line[];
  /** Times are those of a real clock: a run may be late by what the machine was busy with. */
  readonly isReal: boolean;
}
