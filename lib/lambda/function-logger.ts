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
import { inspect } from 'node:util';
import { escapeControls } from '../core/escape-controls.ts';
import { isError } from '../core/to-error.ts';
import type { Logger, LogLevel } from '../core/logger.ts';
import { currentScope } from './scope.ts';
import { showError } from './shown-error.ts';

export interface FunctionLoggerOptions {
  /** Lines below this level are left out. */
  readonly level: LogLevel;
  /** Stands in every line as `service`. */
  readonly service: string;
  /** Takes one line, without its line break. */
  readonly write: (line: string) => void;
}

/** Texts become the message; errors and plain objects become fields of their own. It never throws. */
export function createFunctionLogger({ level, service, write }: FunctionLoggerOptions): Logger {
  const powertools = new LineLogger({
    logLevel: level === 'debug' ? 'DEBUG' : level === 'info' ? 'INFO' : level === 'warn' ? 'WARN' : 'ERROR',
    serviceName: service,
    logFormatter: new LineFormatter(),
    jsonReplacerFn: (_key, value) => (isError(value) ? showError(value) : value),
  });
  powertools.write = write;
  const log =
    (lineLevel: LogLevel) =>
    (...values: unknown[]): void => {
      const { message, fields } = sortOut(values);
      const keys = { ...currentScope()?.keys };
      try {
        powertools[lineLevel]({ message, ...fields, ...keys });
      } catch {
        powertools[lineLevel]({ message, ...Object.fromEntries(Object.keys(fields).map(tryField(fields))), ...keys });
      }
    };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

/** Fields of every line, which nobody else may set: Powertools would say so in a line of its own. */
const RESERVED = new Set(['level', 'message', 'timestamp', 'service', 'sampling_rate', 'xray_trace_id']);

function sortOut(values: readonly unknown[]): { message: string; fields: Record<string, unknown> } {
  const words: string[] = [];
  const fields: Record<string, unknown> = {};
  for (const value of values) {
    if (isError(value)) fields['error'] = value;
    else if (isPlainObject(value)) Object.assign(fields, value);
    else words.push(typeof value === 'string' ? value : inspect(value));
  }
  if (words.length === 0 && typeof fields['message'] === 'string') words.push(fields['message']);
  return {
    message: words.join(' '),
    fields: Object.fromEntries(Object.entries(fields).filter(([name]) => !RESERVED.has(name))),
  };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A line is not lost for one field that cannot be written, such as one whose toJSON throws. */
function tryField(fields: Record<string, unknown>): (name: string) => [string, unknown] {
  return (name) => {
    const value = fields[name];
    try {
      return [name, isError(value) ? showError(value) : (JSON.parse(JSON.stringify(value)) as unknown)];
    } catch {
      return [name, '(cannot be written as JSON)'];
    }
  };
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
