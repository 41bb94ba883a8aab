/** The settings that a deployment may give to an engine: which there are, and what each of them can be (I10). */
import { describeValue } from '../core/describe-value.ts';
import type { ContentLimits } from './content-limits.ts';
import { LARGEST_RECORD_BYTES } from './limits.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Whole numbers. Above them a worker would run out of memory or time, below them nothing would run. */
export const SETTING_RANGES = {
  wakeSlackMs: { from: 0, to: 60_000 },
  workflowListMaxAgeMs: { from: 0, to: 900_000 },
  hotWaitMs: { from: 0, to: 60_000 },
  inboxCheckAfterStepMs: { from: 100, to: 900_000 },
  inboxCheckWithinStepMs: { from: 100, to: 900_000 },
  maxUnwrittenMs: { from: 0, to: 900_000 },
  longestWakeDelayMs: { from: 0, to: 900_000 },
  deadlineMarginMs: { from: 0, to: 300_000 },
  maxStepsInFlight: { from: 1, to: 10_000 },
  maxInterruptions: { from: 0, to: 1_000 },
  maxLostTurns: { from: 2, to: 1_000 },
  maxValueBytes: { from: 1_000, to: 5_000_000 },
  maxRecordBytes: { from: 1_000, to: LARGEST_RECORD_BYTES },
  maxJournalEvents: { from: 100, to: 1_000_000 },
  maxJournalBytes: { from: 100_000, to: 1_000_000_000 },
  maxUnreadSignals: { from: 1, to: 100_000 },
  maxTasks: { from: 1, to: 1_000_000 },
  maxPendingCommands: { from: 1, to: 1_000_000 },
  maxCallbacksPerEvent: { from: 1_000, to: 100_000_000 },
  maxStreams: { from: 1, to: 1_000 },
  maxStreamEntries: { from: 1, to: 10_000_000 },
  maxStreamBytes: { from: 1_000, to: 1_000_000_000 },
  streamFlushMs: { from: 0, to: 60_000 },
  maxInlineBytes: { from: 0, to: 1_000 },
  maxWarmRuns: { from: 0, to: 100_000 },
  maxWarmBytes: { from: 0, to: 10_000_000_000 },
  snapshotRecords: { from: 1, to: 1_000_000 },
  maxSnapshotPercent: { from: 0, to: 1_000_000 },
  snapshotsPerAudit: { from: 0, to: 1_000_000 },
} as const satisfies Record<string, Range>;

type NumberName = keyof typeof SETTING_RANGES;

/** The engine's settings, without version and lease, which have their own variables, and those that only tests need. */
export type DeployedSettings = { readonly [Name in NumberName]?: number } & {
  /** Coroutines that are never awaited are errors, not warnings. */
  readonly strict?: boolean;
};

/** What is wrong with them, as in `maxTasks is "many", and can be a whole number from 1 to 1000000`; empty if nothing is. */
export function findSettingProblems(given: Readonly<Record<string, unknown>>, store: ContentLimits): string[] {
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (name === 'strict') {
      if (typeof value !== 'boolean') problems.push(`strict is ${describeValue(value)}, and can be true or false`);
      continue;
    }
    if (!isNumberName(name)) {
      problems.push(`there is no setting ${describeValue(name)}: there are ${NAMES.join(', ')}`);
      continue;
    }
    const { from, to } = rangeOf(name, store);
    if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) continue;
    problems.push(`${name} is ${describeValue(value)}, and can be a whole number from ${from} to ${to}`);
  }
  return problems;
}

const NAMES = [...Object.keys(SETTING_RANGES), 'strict'];

function isNumberName(name: string): name is NumberName {
  return Object.hasOwn(SETTING_RANGES, name);
}

/** A store takes larger values if it has a bucket for them. */
function rangeOf(name: NumberName, { valueBytes }: ContentLimits): Range {
  const { from, to } = SETTING_RANGES[name];
  return name === 'maxValueBytes' ? { from, to: Math.min(to, valueBytes) } : { from, to };
}
