/** A log of JSON lines, in the fields of Lambda's own JSON log format: timestamp, level, message. */
import { inspect } from 'node:util';
import { isError } from '../core/to-error.ts';
import type { Logger, LogLevel } from '../core/logger.ts';

export interface JsonLoggerOptions {
  /** Lines below this level are left out. */
  readonly level: LogLevel;
  /** Takes one line, without its line break. */
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
}

const RANKS: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Texts become the message; errors and plain objects become fields of their own. */
export function createJsonLogger({ level, write, nowMs }: JsonLoggerOptions): Logger {
  const log =
    (lineLevel: LogLevel) =>
    (...values: unknown[]): void => {
      if (RANKS[lineLevel] < RANKS[level]) return;
      write(toLine({ timestamp: new Date(nowMs()).toISOString(), level: lineLevel.toUpperCase() }, values));
    };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

function toLine(head: Record<string, unknown>, values: readonly unknown[]): string {
  const words: string[] = [];
  const fields: Record<string, unknown> = {};
  for (const value of values) {
    if (isError(value)) fields['error'] = value;
    else if (isPlainObject(value)) Object.assign(fields, value);
    else words.push(show(value));
  }
  return stringify({ ...head, message: words.join(' '), ...fields, ...head });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A log line never throws: a value that JSON cannot hold is shown as Node shows it. */
function stringify(line: Record<string, unknown>): string {
  try {
    return JSON.stringify(line, showValue);
  } catch {
    return JSON.stringify(Object.fromEntries(Object.entries(line).map(([key, value]) => [key, show(value)])));
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value);
}

function showValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (!isError(value)) return value;
  const { name, message, stack, cause } = value;
  return {
    ...Object.fromEntries(Object.entries(value)),
    name,
    message,
    stack,
    ...(cause === undefined ? {} : { cause }),
  };
}
