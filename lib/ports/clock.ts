/** The door to time. Replaced by a virtual one in tests and simulations. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number;
  /**
   * Calls back once at `atMs`, or soon if that is past. Gives the way to take it back; a callback that was taken back
   * is not called.
   */
  callAt(atMs: number, callback: () => void): () => void;
}
