/**
 * The laws of a journal: what is true of every history that lull writes, whichever workers died while it was written.
 *
 * Each law is a pure predicate over the records of one run, in time linear in their entries. `findBrokenLaw` is their
 * conjunction. They are shown in docs/protocol.md; the damage check, the simulator and the testing kit hold journals to
 * them. They presume entries of a known form, which `findDamage` checks before.
 *
 * Where a run was tried again, most laws are about what stands (`standing.ts`): at the end, and before each `retried`.
 */
import { describeValue } from '../core/describe-value.ts';
import {
  isOfWorkers,
  isPlainTerminate,
  isRecordedCommand,
  type CommandId,
  type JournalEntry,
  type RecordedCommand,
} from './event.ts';
import type { JournalRecord } from './record.ts';
import { isTurningBack, standingEntries } from './standing.ts';

/** One sentence that is true of every journal. */
export interface Law {
  readonly sentence: string;
  /** It is about all entries, and not only about those that stand. */
  readonly isOfAll?: true;
  /** Only a journal that has an entry of one of these kinds can break it. Default: any. */
  readonly about?: readonly JournalEntry['kind'][];
  /** How the journal (`it`) breaks it, at the first place; undefined if it does not. */
  broken(records: readonly JournalRecord[]): string | undefined;
}

/** I2: a record that is missing, or there twice, was written by no worker. */
export const recordsCountUp: Law = {
  sentence: 'Records are numbered from 1, without a gap.',
  isOfAll: true,
  broken(records) {
    for (const [index, { number }] of records.entries()) {
      if (number !== index + 1) return `it has record ${number} where ${index + 1} belongs`;
    }
    return undefined;
  },
};

/** I2: a worker that was taken over writes no record behind the fence. */
export const epochsNeverFall: Law = {
  sentence: 'A record has the epoch of the record before it, or a later one.',
  isOfAll: true,
  broken(records) {
    let last = -Infinity;
    for (const [index, { epoch }] of records.entries()) {
      if (epoch < last) return `it has record ${index + 1} of epoch ${epoch} after one of epoch ${last}`;
      last = epoch;
    }
    return undefined;
  },
};

export const startedComesFirst: Law = {
  sentence: 'The first entry is `started`, and no other entry is.',
  broken: (records) =>
    firstBreach(records, () => {
      let isFirst = true;
      return ({ kind }) => {
        const isBroken = (kind === 'started') !== isFirst;
        isFirst = false;
        if (!isBroken) return undefined;
        return kind === 'started' ? 'it has "started" twice' : `it begins with "${kind}", not "started"`;
      };
    }),
};

/** I2: a takeover is recorded before anything that the new worker does. */
export const fencesBeginRecords: Law = {
  sentence: '`taken-over` is the first entry of its record, or comes right after `started`.',
  isOfAll: true,
  about: ['taken-over'],
  broken(records) {
    for (const { number, entries } of records) {
      const index = entries.findLastIndex(({ kind }) => kind === 'taken-over');
      if (index > 0 && !(index === 1 && entries[0]?.kind === 'started')) {
        return `it has "taken-over" in the middle of record ${number}`;
      }
    }
    return undefined;
  },
};

/** I4: replay compares commands by position. */
export const commandsCountUp: Law = {
  sentence: 'Commands are numbered from 1, without a gap, in the order in which the code asked for them.',
  broken: (records) =>
    firstBreach(records, () => {
      let lastId = 0;
      return (entry) => {
        if (!isRecordedCommand(entry)) return undefined;
        lastId += 1;
        return entry.id === lastId ? undefined : `it has command #${entry.id} where #${lastId} belongs`;
      };
    }),
};

/** I3, I5: nothing happens that was not asked for, and a command ends once. */
export const eventsHaveACommand: Law = {
  sentence: 'An event of a step or a timer names a command of that kind which came before it and has not ended.',
  broken: (records) =>
    firstBreach(records, () => {
      const pending = new Map<CommandId, RecordedCommand['kind']>();
      return (entry) => {
        if (isRecordedCommand(entry)) pending.set(entry.id, entry.kind);
        else if ('id' in entry && !('messageId' in entry)) {
          const wanted = entry.kind === 'sleep-completed' ? 'sleep' : 'step';
          const found = pending.get(entry.id);
          if (found !== wanted) return `it has ${entry.kind} of #${entry.id}, which is ${describePending(found)}`;
          if (ENDS.has(entry.kind)) pending.delete(entry.id);
        }
        return undefined;
      };
    }),
};

const ENDS: ReadonlySet<JournalEntry['kind']> = new Set(['step-completed', 'step-failed', 'sleep-completed']);

function describePending(kind: RecordedCommand['kind'] | undefined): string {
  return kind === undefined ? 'not asked for, or has ended' : `a ${kind}`;
}

export const attemptsCountUp: Law = {
  sentence: 'The failed attempts of a step are numbered from 1, without a gap.',
  about: ['step-retrying'],
  broken: (records) =>
    firstBreach(records, () => {
      const failed = new Map<CommandId, number>();
      return (entry) => {
        if (isTurningBack(entry)) failed.clear();
        if (entry.kind !== 'step-retrying') return undefined;
        const next = (failed.get(entry.id) ?? 0) + 1;
        failed.set(entry.id, next);
        return entry.attempt === next
          ? undefined
          : `it has attempt ${entry.attempt} of #${entry.id} where ${next} belongs`;
      };
    }),
};

/** I6: an accepted message reaches the run once. */
export const messagesComeOnce: Law = {
  sentence: 'A message comes once.',
  broken: (records) => firstTwice(records, 'message', (entry) => ('messageId' in entry ? entry.messageId : undefined)),
};

/** I6: its token is good once. */
export const callbacksEndOnce: Law = {
  sentence: 'A callback ends once, by `callback-completed` or `callback-failed`.',
  about: ['callback-completed', 'callback-failed'],
  broken: (records) =>
    firstTwice(records, 'end of callback', (entry) =>
      entry.kind === 'callback-completed' || entry.kind === 'callback-failed' ? `#${entry.id}` : undefined,
    ),
};

export const patchesAreTakenOnce: Law = {
  sentence: 'A patch is taken once.',
  about: ['patched'],
  broken: (records) => firstTwice(records, 'patch', (entry) => (entry.kind === 'patched' ? entry.patch : undefined)),
};

/** I10: the code is asked to stop, and then stopped. */
export const limitIsReachedOnce: Law = {
  sentence: '`limit-reached` comes once.',
  about: ['limit-reached'],
  broken: (records) =>
    firstBreach(records, () => {
      let isReached = false;
      return ({ kind }) => {
        if (kind !== 'limit-reached') return undefined;
        if (isReached) return 'it has "limit-reached" twice';
        isReached = true;
        return undefined;
      };
    }),
};

export const codeIsStoppedOnce: Law = {
  sentence: '`code-stopped` comes once.',
  about: ['code-stopped'],
  broken: (records) =>
    firstBreach(records, () => {
      let isStopped = false;
      return ({ kind }) => {
        if (kind !== 'code-stopped') return undefined;
        if (isStopped) return 'it has "code-stopped" twice';
        isStopped = true;
        return undefined;
      };
    }),
};

export const deadlinePassesOnce: Law = {
  sentence: '`deadline-passed` comes once, in a run whose `started` has a deadline.',
  about: ['deadline-passed'],
  broken: (records) =>
    firstBreach(records, () => {
      let isToCome = false;
      return (entry) => {
        if (entry.kind === 'started' || entry.kind === 'retried') isToCome = entry.deadlineAtMs !== undefined;
        if (entry.kind !== 'deadline-passed') return undefined;
        if (!isToCome) return 'it has "deadline-passed" twice, or without a deadline';
        isToCome = false;
        return undefined;
      };
    }),
};

export const nothingFollowsTerminate: Law = {
  sentence:
    'After `terminate-requested` without `undo` come only entries that no code sees: of workers, and messages marked `unread`.',
  about: ['terminate-requested'],
  broken: (records) =>
    firstBreach(records, () => {
      let isTerminated = false;
      return (entry) => {
        const isSeen = !isOfWorkers(entry) && entry.kind !== 'terminate-requested' && !('unread' in entry);
        if (isTerminated && isSeen) return `it has "${entry.kind}" after a request to terminate`;
        isTerminated ||= isPlainTerminate(entry);
        return undefined;
      };
    }),
};

/** The next link has a journal of its own. */
export const nothingFollowsContinued: Law = {
  sentence: 'After `continued` come only entries of workers.',
  about: ['continued'],
  broken: (records) =>
    firstBreach(records, () => {
      let isOver = false;
      return (entry) => {
        if (isOver && !isOfWorkers(entry)) return `it has "${entry.kind}" after "continued"`;
        isOver ||= entry.kind === 'continued';
        return undefined;
      };
    }),
};

/** What does not stand any more is not brought back, and nothing that is to come is taken away. */
export const retriesKeepWhatStands: Law = {
  sentence:
    '`retried` is numbered from 1, without a gap, `forked` comes once, and the last entry that they keep stands.',
  isOfAll: true,
  about: ['retried', 'forked'],
  broken: (records) =>
    firstBreach(records, () => {
      let retries = 0;
      let isFork = false;
      let index = -1;
      let standing: number[] = [];
      return (entry) => {
        index += 1;
        if (isTurningBack(entry)) {
          const { kind, keeps } = entry;
          if (standing.findLast((other) => other < keeps) !== keeps - 1)
            return `it has "${kind}" that keeps ${keeps} entries`;
          if (entry.kind === 'forked' && isFork) return 'it has "forked" twice';
          if (entry.kind === 'retried' && entry.number !== retries + 1) {
            return `it has "retried" of number ${entry.number} where ${retries + 1} belongs`;
          }
          if (entry.kind === 'retried') retries += 1;
          else isFork = true;
          standing = standing.filter((other) => other < keeps);
        }
        standing.push(index);
        return undefined;
      };
    }),
};

/** In the order in which they are checked. */
export const LAWS: readonly Law[] = [
  recordsCountUp,
  epochsNeverFall,
  startedComesFirst,
  fencesBeginRecords,
  commandsCountUp,
  eventsHaveACommand,
  attemptsCountUp,
  messagesComeOnce,
  callbacksEndOnce,
  patchesAreTakenOnce,
  limitIsReachedOnce,
  deadlinePassesOnce,
  codeIsStoppedOnce,
  nothingFollowsTerminate,
  nothingFollowsContinued,
  retriesKeepWhatStands,
];

export interface BrokenLaw {
  readonly law: Law;
  /** As in `it has record 3 where 2 belongs`. */
  readonly breach: string;
}

/** The first law that the journal breaks; undefined if it keeps them all. */
export function findBrokenLaw(records: readonly JournalRecord[]): BrokenLaw | undefined {
  const kinds = new Set<JournalEntry['kind']>();
  for (const { entries } of records) for (const { kind } of entries) kinds.add(kind);
  const standing = kinds.has('retried') || kinds.has('forked') ? standingJournals(records) : [records];
  for (const law of LAWS) {
    if (law.about?.every((kind) => !kinds.has(kind)) === true) continue;
    for (const journal of law.isOfAll === true ? [records] : standing) {
      const breach = law.broken(journal);
      if (breach !== undefined) return { law, breach };
    }
  }
  return undefined;
}

/** What stood right before each entry that turns back, and what stands now: each as one record. */
function standingJournals(records: readonly JournalRecord[]): (readonly JournalRecord[])[] {
  const all = records.flatMap(({ entries }) => entries);
  const ends = [...all.flatMap((entry, index) => (isTurningBack(entry) ? [index] : [])), all.length];
  return ends.map((end) => {
    const { entries } = standingEntries(all.slice(0, end));
    return [{ number: 1, epoch: 1, nonce: '', entries }];
  });
}

type Check = (entry: JournalEntry) => string | undefined;

/** Shows each entry of the journal to a check that was begun for it, until it finds a breach. */
function firstBreach(records: readonly JournalRecord[], begin: () => Check): string | undefined {
  const check = begin();
  for (const { entries } of records) {
    for (const entry of entries) {
      const breach = check(entry);
      if (breach !== undefined) return breach;
    }
  }
  return undefined;
}

/** The first breach of "comes once". `idOf` is undefined for entries that the law is not about. */
function firstTwice(
  records: readonly JournalRecord[],
  what: string,
  idOf: (entry: JournalEntry) => string | undefined,
): string | undefined {
  return firstBreach(records, () => {
    const seen = new Set<string>();
    return (entry) => {
      const id = idOf(entry);
      if (id === undefined) return undefined;
      if (seen.has(id)) return `the ${what} ${describeValue(id)} is in it twice`;
      seen.add(id);
      return undefined;
    };
  });
}
