/** Where words for people go. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Takes what console takes. In a workflow it is silent while a run replays. */
export interface Logger {
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}
