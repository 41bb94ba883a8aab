/** What a function of lull has logged, as lines for a person. Functions log JSON; any other line is shown as it is. */
import { describeError } from './text/describe-error.ts';
import { printable } from './text/printable.ts';

/** Which run, and where: not what is said. */
const OF_THE_ENGINE: ReadonlySet<string> = new Set(['service', 'epoch', 'xray_trace_id', 'sampling_rate', 'requestId']);

/** The cloud reports the same by itself, once. */
const REPORTED_ANYWAY = /^a run is blocked: /;

/** None for a line that says what is reported anyway. Errors have lines of their own, below. */
export function logLines(line: string): string[] {
  const record = readRecord(line);
  if (record === undefined) return [line];
  const { level, message, timestamp: _timestamp, error, moreErrors, ...fields } = record;
  if (REPORTED_ANYWAY.test(message)) return [];
  const shown = Object.entries(fields).filter(([name]) => !OF_THE_ENGINE.has(name));
  const rest = shown.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const errors = [
    ...(error === undefined ? [] : [error]),
    ...(Array.isArray(moreErrors) ? (moreErrors as unknown[]) : []),
  ];
  return [
    printable(`${level} ${message}${rest.length === 0 ? '' : `  ${rest.join(' ')}`}`),
    ...errors.flatMap((each) => describeError(each)),
  ];
}

interface LogRecord {
  readonly level: string;
  readonly message: string;
  readonly error?: unknown;
  readonly moreErrors?: unknown;
  readonly [field: string]: unknown;
}

function readRecord(line: string): LogRecord | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const record = JSON.parse(line) as Partial<LogRecord>;
    return typeof record.level === 'string' && typeof record.message === 'string' ? (record as LogRecord) : undefined;
  } catch {
    return undefined;
  }
}
