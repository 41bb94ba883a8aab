/** EventBridge: events that are put on the buses of this cloud. */
import { isObject } from '../json.ts';
import type { Resources } from '../resources.ts';
import { AwsError, UnknownOperationError, type AwsAnswer, type AwsService } from './service.ts';
import { jsonAnswer, operationOf, readJson, signatureNames, type RefusalNames } from './json-protocol.ts';

/** What is put on a bus. */
export interface NewEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly resources: readonly string[];
  /** Absent: now. */
  readonly timeMs?: number;
}

/** Gives the event's id. What becomes of it at its targets is nothing that the sender learns. */
export type PutEvent = (busArn: string, event: NewEvent) => string;

const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;

export function createEventsService(resources: Buses, putEvent: PutEvent): AwsService {
  return {
    read: (request) => {
      const operation = operationOf(request);
      if (operation !== 'PutEvents') throw new UnknownOperationError('events', operation, ['PutEvents']);
      const entries = readEntries(readJson(request)['Entries']);
      const arns = entries.map((entry) => busArnOf(resources, entry['EventBusName']));
      return {
        operation,
        accesses: [...new Set(arns)].map((resource) => ({ action: 'events:PutEvents', resource })),
        answer: async () => {
          const missing = arns.find((arn) => !resources.eventBuses.some((bus) => bus.arn === arn));
          if (missing !== undefined) {
            throw new AwsError('ResourceNotFoundException', `Event bus ${missing} does not exist.`);
          }
          const results = entries.map((entry, index) => putEntry(putEvent, arns[index] ?? '', entry));
          const failed = results.filter((result) => 'ErrorCode' in result).length;
          return answer(200, { FailedEntryCount: failed, Entries: results });
        },
      };
    },
    refuse: (kind, message) => {
      const [code, statusCode] = REFUSALS[kind];
      return answer(statusCode, { __type: code, message });
    },
    fail: ({ code, message, statusCode }) => answer(statusCode, { __type: code, message }),
  };
}

const REFUSALS: RefusalNames = {
  ...signatureNames(400),
  AccessDenied: ['AccessDeniedException', 400],
  Throttled: ['ThrottlingException', 400],
  InternalFailure: ['InternalException', 500],
};

type Entry = Readonly<Record<string, unknown>>;

function readEntries(given: unknown): readonly Entry[] {
  const entries = Array.isArray(given) ? given.filter(isObject) : [];
  if (entries.length === 0 || entries.length > MOST_ENTRIES) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${MOST_ENTRIES}`,
    );
  }
  const bytes = entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
  if (bytes > MOST_BYTES) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  return entries;
}

function entryBytes(entry: Entry): number {
  const texts = [entry['Source'], entry['DetailType'], entry['Detail'], entry['Resources']].flat();
  const time = entry['Time'] === undefined ? 0 : 14;
  return texts.reduce<number>((sum, text) => sum + (typeof text === 'string' ? Buffer.byteLength(text) : 0), time);
}

type Buses = Pick<Resources, 'region' | 'accountId' | 'eventBuses'>;

/** Of a name, of an ARN, or of nothing: the account's own bus. */
function busArnOf({ region, accountId, eventBuses }: Buses, nameOrArn: unknown): string {
  const text = typeof nameOrArn === 'string' && nameOrArn !== '' ? nameOrArn : 'default';
  const made = eventBuses.find(({ name }) => name === text); // in whatever partition the template is
  if (made !== undefined) return made.arn;
  return text.startsWith('arn:') ? text : `arn:aws:events:${region}:${accountId}:event-bus/${text}`;
}

type EntryResult = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

function putEntry(putEvent: PutEvent, busArn: string, entry: Entry): EntryResult {
  const { Source: source, DetailType: detailType, Time: time } = entry;
  for (const [name, value] of Object.entries({ Source: source, DetailType: detailType, Detail: entry['Detail'] })) {
    if (typeof value === 'string' && value !== '') continue;
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
    };
  }
  if (String(source).startsWith('aws.')) {
    return {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: `Not authorized for the source: ${String(source)}`,
    };
  }
  const detail = readDetail(String(entry['Detail']));
  if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const named = Array.isArray(entry['Resources']) ? entry['Resources'].map(String) : [];
  const event: NewEvent = {
    ...{ source: String(source), detailType: String(detailType), detail, resources: named },
    ...(typeof time === 'number' ? { timeMs: time * 1000 } : {}),
  };
  return { EventId: putEvent(busArn, event) };
}

function readDetail(text: string): unknown {
  try {
    const detail: unknown = JSON.parse(text);
    return isObject(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

function answer(statusCode: number, body: unknown): AwsAnswer {
  return jsonAnswer(statusCode, body, { 'content-type': 'application/x-amz-json-1.1' });
}
