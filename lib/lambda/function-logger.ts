/**
 * The log of a function: JSON lines by Powertools Logger, each with the keys of the invocation and the turn it comes
 * from.
 *
 * The keys are those of the scope at the time of the line, and not of a child logger: what is kept in memory between the
 * turns of a run would go on writing with the logger of the turn that loaded it. They rule over fields of that name: what
 * is logged may come from outside, and must not pass for what the engine says of its turn.
 */
import { LogFormatter, LogItem, Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { describeValue } from '../core/describe-value.ts';
import { escapeControls } from '../core/escape-controls.ts';
import { loadBuiltin } from '../node/load-builtin.ts';
import { isError } from '../core/to-error.ts';
import type { Logger, LogLevel } from '../core/logger.ts';
import { currentScope } from './scope.ts';
import { showError } from './shown-error.ts';
import { isPlain, showFields } from './shown-value.ts';

export interface FunctionLoggerOptions {
  /** Lines below this level are left out. */
  readonly level: LogLevel;
  /** In every line, as `service`. */
  readonly service: string;
  /** Takes one line, without its line break. */
  readonly write: (line: string) => void;
}

/**
 * Texts become the message; errors and plain objects become fields of their own. The first error of a line is its
 * `error`, further ones are its `moreErrors`. It never throws.
 */
export function createFunctionLogger({ level, service, write }: FunctionLoggerOptions): Logger {
  const powertools = new LineLogger({
    logLevel: level === 'debug' ? 'DEBUG' : level === 'info' ? 'INFO' : level === 'warn' ? 'WARN' : 'ERROR',
    serviceName: service,
    logFormatter: new LineFormatter(),
  });
  powertools.write = write;
  const log =
    (lineLevel: LogLevel) =>
    (...values: unknown[]): void => {
      try {
        powertools[lineLevel]({ ...sortOut(values), ...currentScope()?.keys });
      } catch {
        // All values are plain by now: it was the line's way out that failed, and there is no other one.
      }
    };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

/** Fields of every line. A caller's field of that name is left out: Powertools would warn in another line. */
const RESERVED = new Set(['level', 'message', 'timestamp', 'service', 'sampling_rate', 'xray_trace_id']);

function sortOut(values: readonly unknown[]): { message: string; [field: string]: unknown } {
  const words: string[] = [];
  const errors: Error[] = [];
  const fields: Record<string, unknown> = {};
  for (const value of values) {
    if (isError(value)) errors.push(value);
    else if (isPlain(value)) Object.assign(fields, showFields(value));
    else words.push(toWord(value));
  }
  if (words.length === 0 && typeof fields['message'] === 'string') words.push(fields['message']);
  for (const name of RESERVED) Reflect.deleteProperty(fields, name);
  const [first, ...more] = errors.map((error) => showError(error));
  const hasField = 'error' in fields;
  if (first !== undefined && !hasField) fields['error'] = first;
  if (first !== undefined && (hasField || more.length > 0)) fields['moreErrors'] = hasField ? [first, ...more] : more;
  return { ...fields, message: words.join(' ') };
}

function toWord(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return loadBuiltin('node:util').inspect(value);
  } catch {
    return describeValue(value); // an inspection of its own that throws
  }
}

class LineLogger extends PowertoolsLogger {
  /** Undefined while Powertools' own constructor writes, as it does where its settings contradict each other. */
  write: ((line: string) => void) | undefined;

  /** Both levels of a console go to the same place on Lambda, and are told apart by their lines. */
  protected override printLog(logLevel: number, log: LogItem): void {
    if (this.write === undefined) {
      super.printLog(logLevel, log);
      return;
    }
    log.prepareForPrint();
    this.write(escapeControls(JSON.stringify(log.getAttributes(), this.getJsonReplacer())));
  }
}

class LineFormatter extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { timestamp, logLevel, message, serviceName, xRayTraceId } = attributes;
    const head = { timestamp: timestamp.toISOString(), level: logLevel, message, service: serviceName };
    return new LogItem({ attributes: { ...head, ...additional, xray_trace_id: xRayTraceId } });
  }
}
