/** Which runs a list, a count or a bulk operation is about. */
import { InvalidArgumentError, Option } from 'commander';
import { readDate } from '../core/date.ts';
import { toMilliseconds } from '../core/duration.ts';
import { suggest } from '../core/suggest.ts';
import { RUN_STATUSES } from '../http/schemas.ts';
import { usageError } from './cli-error.ts';

export interface FilterOptions {
  readonly workflow?: string;
  readonly status?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly attribute?: Readonly<Record<string, unknown>>;
}

/** As the HTTP API takes it. */
export interface RunFilter {
  readonly workflow?: string;
  readonly status?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export function filterOptions(): Option[] {
  return [
    new Option('-w, --workflow <name>', 'runs of this workflow'),
    new Option(
      '-s, --status <status>',
      `with this status, or one of several with commas: ${RUN_STATUSES.join(', ')}`,
    ).argParser(readStatuses),
    new Option(
      '--since <when>',
      'created then or later: a duration ago (2h), or a date (2026-11-22, 2026-11-22T14:00:00Z)',
    ),
    new Option('--until <when>', 'created before then'),
    attributeOption('runs that have it'),
  ];
}

export function attributeOption(meaning: string): Option {
  return new Option('-a, --attribute <name=value>', `an attribute ${meaning}; may be repeated`).argParser(
    (text: string, before: Record<string, unknown> | undefined) => ({ ...before, ...readAttribute(text) }),
  );
}

export function toFilter({ workflow, status, since, until, attribute }: FilterOptions, nowMs: number): RunFilter {
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status }),
    ...(since === undefined ? {} : { since: readTime(since, '--since', nowMs) }),
    ...(until === undefined ? {} : { until: readTime(until, '--until', nowMs) }),
    ...(attribute === undefined ? {} : { attributes: attribute }),
  };
}

/** As parameters of an address. */
export function toQuery({ workflow, status, since, until, attributes }: RunFilter): Record<string, string | undefined> {
  return {
    workflow,
    status: status?.join(','),
    since,
    until,
    attributes: attributes && JSON.stringify(attributes),
  };
}

function readStatuses(text: string, before: readonly string[] | undefined): string[] {
  const statuses = text.split(',').map((part) => {
    const status = part.trim();
    if (RUN_STATUSES.some((known) => known === status)) return status;
    const meant = suggest(status, RUN_STATUSES);
    throw new InvalidArgumentError(
      `${meant === undefined ? '' : `Did you mean ${meant}? `}There are ${RUN_STATUSES.join(', ')}.`,
    );
  });
  return [...(before ?? []), ...statuses];
}

/** Numbers, true and false are what they look like; in quotes they are texts. */
function readAttribute(text: string): Record<string, unknown> {
  const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('Give a name and a value, as in customer=c1.');
  }
  return { [name]: /^(true|false|-?\d+(\.\d+)?|".*")$/.test(value) ? (JSON.parse(value) as unknown) : value };
}

export function readTime(text: string, option: string, nowMs: number): string {
  if (/^\d+(\.\d+)?\s*[a-z]/i.test(text)) {
    const agoMs = toMilliseconds(text.replace(/\s+ago$/, ''), option);
    return new Date(nowMs - agoMs).toISOString();
  }
  const reading = readDate(text);
  if ('ms' in reading) return new Date(reading.ms).toISOString();
  throw usageError(
    `${option} cannot be ${JSON.stringify(text)}: ${reading.problem}. Give a duration ago, as in 2h, a date as in 2026-11-22, or a date and time with its zone`,
  );
}
