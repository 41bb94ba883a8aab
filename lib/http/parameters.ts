/** Query parameters: what each one is, for the reader of a request and for the OpenAPI document alike. */
import { readDate } from '../core/date.ts';
import { describeValue } from '../core/describe-value.ts';
import { toMilliseconds } from '../core/duration.ts';
import { asObject } from './json-body.ts';
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

export function booleanParameter(description: string): Parameter<boolean> {
  return {
    description,
    schema: { type: 'boolean' },
    read: (text, name) => {
      if (text === 'true' || text === 'false') return text === 'true';
      throw invalid(name, text, 'give true or false');
    },
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

/** An ISO 8601 date and time with its zone, or a date, which stands for its beginning in UTC. */
export function dateParameter(description: string): Parameter<Date> {
  return {
    description,
    schema: { type: 'string', format: 'date-time', examples: ['2026-11-22T14:00:00Z'] },
    read: (text, name) => {
      const reading = readDate(text);
      if ('ms' in reading) return new Date(reading.ms);
      const plus = / \d\d:\d\d$/.test(text) ? '. Write a plus sign in a URL as %2B' : '';
      throw invalid(
        name,
        text,
        `${reading.problem}${plus}. Give a date as in 2026-11-22, or a date and time with its zone as in 2026-11-22T14:00:00Z`,
      );
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

/** A JSON object; what may be in it is for its reader to check. */
export function jsonObjectParameter<T extends object>(description: string, example: string): Parameter<T> {
  return {
    description,
    schema: { type: 'string', contentMediaType: 'application/json', examples: [example] },
    read: (text, name) => {
      const object = asObject(parseJson(text));
      if (object !== undefined) return object as T;
      throw invalid(name, text, `give a JSON object such as ${example}`);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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

function invalid(name: string, text: string, advice: string): InvalidRequestError {
  return new InvalidRequestError(
    'INVALID_ARGUMENT',
    `the parameter "${name}" cannot be ${describeValue(text)}: ${advice}`,
  );
}
