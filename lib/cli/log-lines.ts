/** What a function of lull has logged, as lines for a person. Functions log JSON; any other line is shown as it is. */
import { describeError } from './text/describe-error.ts';
import { printable } from './text/printable.ts';

/** Which run, and where: not what is said. */
const OF_THE_ENGINE: ReadonlySet<string> = new Set(['service', 'epoch', 'xray_trace_id', 'sampling_rate', 'requestId']);

/** The cloud reports the same by itself, once. */
const REPORTED_ANYWAY = /^a run is blocked: /;

/** None for a line that says what is reported anyway. Errors have lines of their own, below. */
export function logLines(line: string): string[] {
  const fields = readFields(line);
  if (fields === undefined) return [line];
  return isMetrics(fields) ? [metricsLine(fields)] : isRecord(fields) ? recordLines(fields) : [line];
}

function recordLines(record: LogRecord): string[] {
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

type Fields = Readonly<Record<string, unknown>>;

/** CloudWatch's embedded metric format. */
function isMetrics(fields: Fields): boolean {
  return typeof fields['_aws'] === 'object';
}

function isRecord(fields: Fields): fields is LogRecord & Fields {
  return typeof fields['level'] === 'string' && typeof fields['message'] === 'string';
}

/** Without what tells CloudWatch how to read it. */
function metricsLine({ _aws, epoch: _epoch, ...values }: Fields): string {
  const shown = Object.entries(values).map(([name, value]) => `${name}=${String(value)}`);
  return printable(`metrics  ${shown.join(' ')}`);
}

function readFields(line: string): Fields | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Fields;
  } catch {
    return undefined;
  }
}
