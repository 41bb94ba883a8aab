/** The port to time: real, or virtual in tests and simulations. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number;
  /**
   * Calls back once at `atMs`, or soon if that is past. Returns the function that cancels it: a cancelled callback is not
   * called.
   */
  callAt(atMs: number, callback: () => void): () => void;
}
