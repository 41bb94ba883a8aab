/**
 * The jobs in the ready queue of a run, and the watchers of a future: objects with fields, no functions, so that the
 * state of a run at rest can be read and stored.
 */
import type { Future } from './future.ts';

/** An object that is notified, through the ready queue, when a future is done. */
export interface Watcher {
  futureDone(future: Future<unknown>): void;
}

/** An object that is notified at the moment at which it becomes certain how a future ends. */
export interface CertaintyWatcher {
  futureCertain(future: Future<unknown>): void;
}

/** A task, as the ready queue resumes it. */
export interface Resumable {
  resume(): void;
  resumeWithError(error: Error): void;
}

/** A task, as it is ended where it stands. */
export interface Leavable {
  leave(): void;
}

/** A timer that is due, or was due when it was set. */
export interface Fireable {
  fire(): void;
}

/** A unit of work in the ready queue. */
export type Job =
  | { readonly kind: 'notify'; readonly watcher: Watcher; readonly future: Future<unknown> }
  | { readonly kind: 'notify-certain'; readonly watcher: CertaintyWatcher; readonly future: Future<unknown> }
  | { readonly kind: 'resume'; readonly task: Resumable }
  | { readonly kind: 'throw'; readonly task: Resumable; readonly error: Error }
  | { readonly kind: 'leave'; readonly task: Leavable }
  | { readonly kind: 'fire'; readonly timer: Fireable };
