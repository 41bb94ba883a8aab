/** Query parameters: what each one is, for the reader of a request and for the OpenAPI document alike. */
import { describeValue } from '../core/describe-value.ts';
import { toMilliseconds } from '../core/duration.ts';
import { InvalidRequestError } from './problem.ts';

/** A JSON Schema, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Parameter<T> {
  readonly description: string;
  readonly schema: JsonSchema;
  /** What the text means; what it cannot mean is an error that names the parameter. */
  read(text: string, name: string): T;
}

export function textParameter(description: string): Parameter<string> {
  return { description, schema: { type: 'string' }, read: (text) => text };
}

/** `'10s'`, `'500ms'`: in milliseconds. */
export function durationParameter(description: string): Parameter<number> {
  return {
    description,
    schema: { type: 'string', examples: ['10s', '500ms', '3 days'] },
    read: (text, name) => toMilliseconds(text, `the parameter "${name}"`),
  };
}

export function integerParameter(
  description: string,
  range: { readonly from: number; readonly to: number },
): Parameter<number> {
  return {
    description,
    schema: { type: 'integer', minimum: range.from, maximum: range.to },
    read: (text, name) => {
      const value = Number(text);
      if (/^\d+$/.test(text) && value >= range.from && value <= range.to) return value;
      throw invalid(name, text, `give a whole number from ${range.from} to ${range.to}`);
    },
  };
}

/** An ISO 8601 date, or date and time; in UTC where it names no zone. */
export function dateParameter(description: string): Parameter<Date> {
  return {
    description,
    schema: { type: 'string', format: 'date-time', examples: ['2026-11-22T14:00:00Z'] },
    read: (text, name) => {
      const [date, time = '00:00', zone = 'Z'] = split(text);
      const value = new Date(`${date}T${time}${zone}`);
      if (Number.isFinite(value.getTime())) return value;
      throw invalid(name, text, 'give a date as in 2026-11-22, or a date and time as in 2026-11-22T14:00:00Z');
    },
  };
}

export function choiceParameter<const T extends string>(description: string, choices: readonly T[]): Parameter<T> {
  return {
    description,
    schema: { enum: choices },
    read: (text, name) => {
      const choice = choices.find((one) => one === text);
      if (choice !== undefined) return choice;
      throw invalid(name, text, `give one of ${choices.join(', ')}`);
    },
  };
}

/** One of the choices, or several with commas between them. */
export function choicesParameter<const T extends string>(description: string, choices: readonly T[]): Parameter<T[]> {
  return {
    description,
    schema: { type: 'array', items: { enum: choices } },
    read: (text, name) =>
      text.split(',').map((part) => {
        const choice = choices.find((one) => one === part.trim());
        if (choice !== undefined) return choice;
        throw invalid(name, part, `give one of ${choices.join(', ')}, or several with commas between them`);
      }),
  };
}

/** Date, time and zone of an ISO 8601 text; nothing of another one. */
function split(text: string): (string | undefined)[] {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  return parts === null ? [] : parts.slice(1);
}

function invalid(name: string, text: string, advice: string): InvalidRequestError {
  return new InvalidRequestError(
    'INVALID_ARGUMENT',
    `the parameter "${name}" cannot be ${describeValue(text)}: ${advice}`,
  );
}
