/** The port to the queue of wakes. A wake is a hint: to lose, delay or repeat it only costs time (I1). */
export interface WakeQueue {
  /** Asks that the run takes a turn, not before `delayMs` (the queue may cap it: a wake too early does no harm). */
  send(runId: string, delayMs?: number): Promise<void>;
}
