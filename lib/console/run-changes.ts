/** Says to pages that listen of which run something is new. */
export class RunChanges {
  readonly #listeners = new Set<(runId: string) => void>();

  /** Returns a way to end it. */
  listen(listener: (runId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  emit(runId: string): void {
    for (const listener of this.#listeners) listener(runId);
  }
}
