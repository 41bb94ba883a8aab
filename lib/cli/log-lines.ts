/** What a function of lull has logged, as lines for a person. Functions log JSON; any other line is shown as it is. */
import { describeError } from './text/describe-error.ts';
import { readJsonLine, shownFields, type Fields } from './text/json-line.ts';
import { printable } from './text/printable.ts';

/** Which run, and where: not what is said. */
const OF_THE_ENGINE: ReadonlySet<string> = new Set(['service', 'epoch', 'xray_trace_id', 'sampling_rate', 'requestId']);

/** The cloud reports the same by itself, once. */
const REPORTED_ANYWAY = /^a run is blocked: /;

/** None for a line that says what is reported anyway. Errors have lines of their own, below. */
export function logLines(line: string): string[] {
  const fields = readJsonLine(line);
  if (fields === undefined) return [line];
  return isMetrics(fields) ? [metricsLine(fields)] : isRecord(fields) ? recordLines(fields) : [line];
}

function recordLines(record: LogRecord): string[] {
  const { level, message, timestamp: _timestamp, error, moreErrors, ...fields } = record;
  if (REPORTED_ANYWAY.test(message)) return [];
  const rest = shownFields(Object.fromEntries(Object.entries(fields).filter(([name]) => !OF_THE_ENGINE.has(name))));
  const errors = [
    ...(error === undefined ? [] : [error]),
    ...(Array.isArray(moreErrors) ? (moreErrors as unknown[]) : []),
  ];
  return [
    printable(`${level} ${message}${rest === '' ? '' : `  ${rest}`}`),
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

/** CloudWatch's embedded metric format. */
function isMetrics(fields: Fields): boolean {
  return typeof fields['_aws'] === 'object';
}

function isRecord(fields: Fields): fields is LogRecord & Fields {
  return typeof fields['level'] === 'string' && typeof fields['message'] === 'string';
}

/** Without what tells CloudWatch how to read it. */
function metricsLine({ _aws, epoch: _epoch, ...values }: Fields): string {
  return printable(`metrics  ${shownFields(values)}`);
}
