/** The door to the queue of wakes. It only hints: losing, delaying or repeating a wake changes nothing but time (I1). */
export interface WakeQueue {
  /** Asks that the run takes a turn, not before `delayMs` (the queue may cap it: a wake too early does no harm). */
  send(runId: string, delayMs?: number): Promise<void>;
}
