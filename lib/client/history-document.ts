/**
 * A history as a JSON document: a run's journal as it is stored, with all that a replay needs and nothing else.
 *
 * Its own secrets are left out unless they are asked for: the run's seed, from which the tokens of its callbacks follow, and
 * what sensitive steps gave. A digest at its end tells a document that was cut off or edited.
 */
import type { Encoded } from '../core/encoded.ts';
import { LullError } from '../core/errors.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import { describeValue } from '../core/describe-value.ts';
import type { RunStatus } from '../core/run-status.ts';
import { isRunId } from '../core/run-id.ts';
import { findDamage } from '../journal/find-damage.ts';
import type { JournalRecord } from '../journal/record.ts';
import { digestText } from './identifiers.ts';

/** The version of the form. Another form has another number, and is refused. */
export const HISTORY_VERSION = 1;

const FORMAT = 'lull-history';

/** The journal of one link. */
export interface LinkDocument {
  /** From 1. */
  readonly link: number;
  /** Absent: it was deleted when the run continued as new. */
  readonly input?: Encoded;
  readonly records: readonly JournalRecord[];
}

/** Something that is left out, and what that means. */
export type LeftOut =
  /** What sensitive steps gave: a replay gives their code `undefined`, or an error without a message. */
  | 'sensitive-values'
  /** The seed: a replay knows no tokens of callbacks, so arguments of steps are not compared in a run that has callbacks. */
  | 'callback-secrets';

/** What `run.exportHistory()` gives. As JSON it can be kept in a file, sent, and read by `readHistoryDocument`. */
export interface HistoryDocument {
  readonly format: typeof FORMAT;
  readonly version: typeof HISTORY_VERSION;
  readonly exportedAt: string;
  readonly run: RunDocument;
  readonly links: readonly LinkDocument[];
  /** Of a run that has ended, as it is stored. */
  readonly result?: Encoded;
  readonly leftOut: readonly LeftOut[];
  /** Of all of the above. */
  readonly digest: string;
}

/** The facts of the run item. Times are epoch milliseconds. */
export interface RunDocument {
  readonly id: string;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
  readonly deadlineAtMs?: number;
  readonly pinnedTo?: string;
  readonly parent?: string;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  readonly customStatus?: Encoded;
}

/** A text or an object is no history that this version of lull reads. */
export class HistoryUnreadableError extends LullError {
  static {
    this.prototype.name = 'HistoryUnreadableError';
  }
  constructor(problem: string) {
    super('HISTORY_UNREADABLE', `this is no history that can be read: ${problem}`);
  }
}

export function sealHistory(unsealed: Omit<HistoryDocument, 'format' | 'version' | 'digest'>): HistoryDocument {
  const document = { format: FORMAT, version: HISTORY_VERSION, ...unsealed } as const;
  return { ...document, digest: digestOf(document) };
}

/**
 * Reads an exported history: the text of a file, or what `JSON.parse` has made of it. Raises a HistoryUnreadableError for
 * what is cut off, edited, of another version, or something else.
 *
 * @example
 * ```ts
 * import { readHistoryDocument } from 'lull/client';
 *
 * const nap = workflow('nap', function* () {
 *   yield* sleep('1 minute');
 * });
 * const engine = createTestEngine({ workflows: [nap] });
 * const run = await engine.start(nap, undefined, { id: 'n-1' });
 * await run.result();
 * readHistoryDocument(JSON.stringify(await run.exportHistory())).run.id; // => 'n-1'
 * ```
 */
export function readHistoryDocument(given: unknown): HistoryDocument {
  const document = typeof given === 'string' ? parse(given) : given;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new HistoryUnreadableError(`it is ${describeValue(document)}. Give what run.exportHistory() gave`);
  }
  const { format, version, digest, ...rest } = document as Partial<HistoryDocument>;
  if (format !== FORMAT) {
    throw new HistoryUnreadableError(`its format is ${describeValue(format)}, not "${FORMAT}"`);
  }
  if (version !== HISTORY_VERSION) {
    throw new HistoryUnreadableError(
      `its version is ${describeValue(version)}, and this version of lull reads ${HISTORY_VERSION}: read it with the ` +
        `version that exported it, or export it again`,
    );
  }
  if (digest !== digestOf({ format, version, ...rest })) {
    throw new HistoryUnreadableError(
      'its digest does not fit: it was edited, or a part of it is missing. Export it again',
    );
  }
  checkParts(rest);
  return document as HistoryDocument;
}

/** A link of which the input is known, so that it can be replayed. Default: the last one of the document. */
export function chooseLink(
  { run, links }: HistoryDocument,
  asked: number | undefined,
): LinkDocument & { readonly input: Encoded } {
  const link = asked === undefined ? links.at(-1) : links.find((each) => each.link === asked);
  if (link === undefined) {
    const there = links.map((each) => each.link).join(', ');
    throw new InvalidArgumentError(`the history has no link ${describeValue(asked)}: it has ${there}`);
  }
  const { input } = link;
  if (input !== undefined) return { ...link, input };
  throw new InvalidArgumentError(
    `the input of link ${link.link} of run "${run.id}" was deleted when the run continued as new: choose a later link`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const isCut = text.trimStart().startsWith('{') && !text.trimEnd().endsWith('}');
    throw new HistoryUnreadableError(
      isCut ? 'the file is cut off: export it again' : 'it is no JSON document: `lull history RUN --export` writes one',
    );
  }
}

/** Of a document whose digest fits: so it is as some lull has written it. */
function checkParts({ run, links }: Partial<HistoryDocument>): void {
  if (!isRunId(run?.id) || !Array.isArray(links) || links.length === 0) {
    throw new HistoryUnreadableError('it has no run, or no journal');
  }
  for (const { link, records } of links as readonly LinkDocument[]) {
    const damage = records.length === 0 ? 'it has no records' : findDamage(records);
    if (damage !== undefined) throw new HistoryUnreadableError(`the journal of link ${link} is damaged: ${damage}`);
  }
}

/** What JSON does not keep, such as an absent property, does not count. */
function digestOf(document: object): string {
  return digestText(JSON.stringify(sorted(document)));
}

/** The order of properties does not count: a formatter may change it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
