/**
 * Which runs had no room for a letter a moment ago: what is sent to them is put first, without another try. So a run that
 * is flooded with signals costs no refused write for each of them.
 */

/** A turn, which makes room, is seldom shorter than this when messages wait. */
const TRIED_AGAIN_AFTER_MS = 1_000;
const MOST_RUNS = 1_000;

/** As a client knows it from call to call. */
export class LetterRoom {
  readonly #fullUntilMs = new Map<string, number>();

  mayHaveRoom(runId: string, nowMs: number): boolean {
    return (this.#fullUntilMs.get(runId) ?? 0) <= nowMs;
  }

  noteNoRoom(runId: string, nowMs: number): void {
    if (this.#fullUntilMs.size >= MOST_RUNS) this.#fullUntilMs.clear();
    this.#fullUntilMs.set(runId, nowMs + TRIED_AGAIN_AFTER_MS);
  }
}
