/** Says what is wrong with a run, now that all is over: with its journal, its messages, its effects, its end. */
import { isDeepStrictEqual } from 'node:util';
import { toIdempotencyKey } from '../../lib/engine/run-seed.ts';
import { attribute } from '../../lib/dynamodb/schema.ts';
import type { JournalEntry } from '../../lib/journal/event.ts';
import { findDamage } from '../../lib/journal/find-damage.ts';
import type { Told } from './callers.ts';
import { type EffectLine, groupEffects } from './effects.ts';
import type { Entry } from './follower.ts';
import type { ScannedRun, TableScan } from './table-scan.ts';
import type { Story } from './workflows.ts';
import type { WirePlan } from './workloads.ts';

/** A run as the API shows it. */
export interface ShownRun {
  readonly status: string;
  readonly result?: unknown;
  readonly error?: { readonly name?: string; readonly message?: string };
}

export interface Evidence {
  readonly plan: WirePlan;
  readonly told: readonly Told[];
  readonly shown: ShownRun | undefined;
  readonly scanned: ScannedRun | undefined;
  readonly scan: Pick<TableScan, 'due' | 'byWorkflow' | 'booked'>;
  /** What its follower has read of its stream, and what somebody reads who comes when all is over. */
  readonly followed?: readonly Entry[] | undefined;
  readonly read?: readonly Entry[] | undefined;
  readonly effects: readonly EffectLine[];
  /** Nothing went wrong in the run's time, neither on the wire nor with a process. */
  readonly wasLeftAlone: boolean;
}

type Rule = (evidence: Evidence, entries: readonly JournalEntry[]) => string[];

/** A body that begins so long after its result was recorded has begun for nothing. */
const CLOCK_STEP_MS = 50;

const RULES: Readonly<Record<string, Rule>> = {
  'a start that was accepted is there': ({ scanned, shown }) => {
    if (scanned?.run === undefined) return ['the table has no run item'];
    return shown === undefined ? ['the API does not know the run'] : [];
  },

  'a run ends as its workload says': ({ plan: { expected }, shown }, entries) => {
    if (shown === undefined) return [];
    if (shown.status !== expected.status) return [`it is ${shown.status}, not ${expected.status}`];
    const wanted = expected.signals === undefined ? expected.result : payloadsOf(entries).slice(0, expected.signals);
    const wrong: string[] = [];
    if (wanted !== undefined && !isDeepStrictEqual(shown.result, wanted)) {
      wrong.push(`it gives ${JSON.stringify(shown.result)}, not ${JSON.stringify(wanted)}`);
    }
    const { error, steps } = expected;
    if (
      error !== undefined &&
      (shown.error?.name !== error.name || shown.error.message?.includes(error.message) !== true)
    ) {
      wrong.push(`it failed with ${JSON.stringify(shown.error)}, not with ${JSON.stringify(error)}`);
    }
    const done = completedSteps(entries);
    if (steps !== undefined && !isDeepStrictEqual(done, steps)) {
      wrong.push(`its steps were ${done.join(', ')}, not ${steps.join(', ')}`);
    }
    return wrong;
  },

  'a journal has no gap and no damage': ({ scanned }) => {
    const records = scanned?.records ?? [];
    const gap = records.findIndex(({ number }, index) => number !== index + 1);
    if (gap >= 0) return [`record ${records[gap]?.number} stands where record ${gap + 1} should`];
    const damage = findDamage(records);
    return damage === undefined ? [] : [damage];
  },

  'what is accepted is delivered once, in the order of acceptance': ({ told }, entries) => {
    const wrong: string[] = [];
    const places = new Map(told.map((one) => [one, placesOf(one, entries)] as const));
    for (const [one, found] of places) {
      if (one.what.do === 'start') continue;
      const what = JSON.stringify(one.what);
      if (one.outcome === 'accepted' && found.length === 0)
        wrong.push(`${what} was accepted, and is not in the journal`);
      if (one.outcome === 'refused' && one.attempts === 1 && found.length > 0) {
        wrong.push(`${what} was refused, and is in the journal`);
      }
      if (one.what.do === 'signal' && found.length > 1) wrong.push(`${what} is in the journal ${found.length} times`);
      for (const [other, otherFound] of places) {
        if (one.outcome !== 'accepted' || other.outcome !== 'accepted' || one.what.do !== 'signal') continue;
        if (other.what.do !== 'signal' || one.answeredAtMs >= other.firstSentAtMs) continue;
        if ((found[0] ?? 0) > (otherFound[0] ?? 0)) {
          wrong.push(`${what} was accepted before ${JSON.stringify(other.what)} was sent, and comes after it`);
        }
      }
    }
    return wrong;
  },

  'a step is recorded once': (_evidence, entries) => {
    const ended = entries.flatMap((entry) =>
      entry.kind === 'step-completed' || entry.kind === 'step-failed' ? [entry.id] : [],
    );
    return ended.flatMap((id, index) => (ended.indexOf(id) === index ? [] : [`step #${id} has two ends`]));
  },

  'effects are those that the journal has, at most as often': ({ effects, plan: { runId, expected } }, entries) => {
    const wrong: string[] = [];
    const takeovers = entries.filter(({ kind }) => kind === 'taken-over').length;
    const [started] = entries;
    const seed = started?.kind === 'started' ? started.seed : undefined;
    const idOf = new Map(
      entries.flatMap((entry) => (entry.kind === 'step' ? [[toIdempotencyKey(runId, seed, entry.id), entry.id]] : [])),
    );
    for (const [key, lines] of groupEffects(effects, 'key')) {
      const id = idOf.get(key);
      const of = entries.filter((entry) => 'id' in entry && entry.id === id);
      const begun = lines.filter(({ what }) => what === 'begin');
      const step = of.find((entry) => entry.kind === 'step');
      if (step?.kind !== 'step' || step.name !== begun[0]?.name) {
        wrong.push(`"${begun[0]?.name}" was begun under ${key}, and the journal has no such step`);
        continue;
      }
      const attempts = of.filter(({ kind }) => kind === 'step-retrying').length + takeovers + 1;
      if (begun.length > attempts) wrong.push(`${key} was begun ${begun.length} times in ${attempts} attempts`);
      const completed = of.find((entry) => entry.kind === 'step-completed');
      if (completed === undefined) continue;
      if (!lines.some(({ what }) => what === 'end')) wrong.push(`${key} is recorded as completed, and never ended`);
      const after = begun.filter(({ atMs }) => atMs > completed.atMs + CLOCK_STEP_MS);
      if (after.length > 0) wrong.push(`${key} was begun ${after.length} times after its result was recorded`);
    }
    // Transactions and calls of entities do something elsewhere.
    if (expected.booked !== undefined || expected.rings !== undefined) return wrong;
    for (const entry of entries) {
      if (entry.kind !== 'step-completed' || effects.some(({ key }) => idOf.get(key) === entry.id)) continue;
      wrong.push(`step #${entry.id} of ${runId} is recorded as completed, and nothing was done`);
    }
    return wrong;
  },

  'a transaction is carried out as often as the journal has it': ({ plan, scan }, entries) => {
    if (plan.expected.booked === undefined) return [];
    const recorded = completedSteps(entries).length;
    const { sum, items } = scan.booked.get(plan.runId) ?? { sum: 0, items: 0 };
    return sum === recorded && items === recorded
      ? []
      : [`the journal has ${recorded}, the sum is ${sum}, and there are ${items} items`];
  },

  'a stream has all that was written, in order, and its follower has read each value once': ({
    plan: { expected },
    followed = [],
    read = [],
  }) => {
    if (expected.story === undefined) return [];
    const wrong = notAsTold(read, expected.story);
    const gap = followed.findIndex(({ seq }, index) => seq !== index + 1);
    if (gap !== -1) wrong.push(`the follower has read place ${followed[gap]?.seq} where it should read ${gap + 1}`);
    if (!isDeepStrictEqual(followed, read)) {
      wrong.push(`the follower has read ${followed.length} values, and the stream has ${read.length}`);
    }
    return wrong;
  },

  'a digest without its message is of one that was received': ({ scanned }, entries) => {
    const unreceived = (scanned?.digests ?? []).filter(
      (id) => !entries.some((entry) => 'messageId' in entry && entry.messageId === id),
    );
    return unreceived.length === 0 ? [] : [`the journal does not have ${unreceived.join(', ')}`];
  },

  // The digest of a received message stays until the purge.
  'nothing is left that nobody refers to': ({ scanned, wasLeftAlone }) => {
    if (!wasLeftAlone || scanned?.run === undefined) return [];
    const { run, others } = scanned;
    const referred = [attribute.inputKey, attribute.resultKey].map((name) => `value#${run[name]?.S}`);
    const left = others.filter((sortKey) => !referred.includes(sortKey) && !sortKey.startsWith('stream#'));
    return left.length === 0 ? [] : [`${left.join(', ')} are left`];
  },

  'the indexes have what the table has': ({ scanned, scan: { due, byWorkflow } }) => {
    if (scanned?.run === undefined) return [];
    const { run, runId } = scanned;
    const isDue = run[attribute.dueShard] !== undefined && run[attribute.dueAtMs] !== undefined;
    return [
      ...(byWorkflow.has(runId) ? [] : ['the index by workflow does not have it']),
      ...(due.has(runId) === isDue ? [] : [`it is ${isDue ? '' : 'not '}due, and the index says otherwise`]),
    ];
  },
};

export const RULE_COUNT = Object.keys(RULES).length;

/** One line for each rule that is broken. */
export function judge(evidence: Evidence): string[] {
  const entries = (evidence.scanned?.records ?? []).flatMap((record) => record.entries);
  return Object.entries(RULES).flatMap(([name, rule]) => rule(evidence, entries).map((wrong) => `${name}: ${wrong}`));
}

/** Things in the table that belong to no run. */
export function orphans({ runs }: TableScan): string[] {
  return [...runs.values()].flatMap(({ runId, run, records, digests, others }) =>
    run === undefined
      ? [`${runId}: ${records.length} records, ${[...digests, ...others].join(', ')}, and no run item`]
      : [],
  );
}

function payloadsOf(entries: readonly JournalEntry[]): unknown[] {
  return entries.flatMap((entry) => (entry.kind === 'signal-received' ? [entry.payload] : []));
}

function completedSteps(entries: readonly JournalEntry[]): string[] {
  const names = new Map(entries.flatMap((entry) => (entry.kind === 'step' ? [[entry.id, entry.name] as const] : [])));
  return entries.flatMap((entry) => (entry.kind === 'step-completed' ? [names.get(entry.id) ?? ''] : []));
}

/** Words of an attempt that failed, or that died with its worker, stay in the stream, before those of the next. */
function notAsTold(read: readonly Entry[], { chapters, words }: Story): string[] {
  let [chapter, attempt, word] = [0, 0, words];
  for (const { seq, value } of read) {
    const isNext = value.length === 1 ? value[0] === chapter + 1 && word === words : value[0] === chapter;
    const [toldChapter, toldAttempt = 0, toldWord = 0] = value;
    const isAgain = toldAttempt >= attempt && toldWord === 1;
    const isInOrder = isAgain || (toldAttempt === attempt && toldWord === word + 1);
    if (!isNext || (value.length > 1 && !isInOrder)) return [`place ${seq} has ${JSON.stringify(value)}`];
    [chapter, attempt, word] = [toldChapter, toldAttempt, toldWord];
  }
  return chapter === chapters && word === words ? [] : [`the stream ends at ${chapter}, ${attempt}, ${word}`];
}

/** Runs that ring one till: each is shown numbers of its own, higher and higher, and together they have all of them. */
export function judgeTills(
  rung: readonly { readonly plan: WirePlan; readonly shown: ShownRun | undefined }[],
): string[] {
  const byKey = new Map<string, number[][]>();
  for (const { plan, shown } of rung) {
    const { rings } = plan.expected;
    if (rings === undefined || shown?.status !== 'completed') continue;
    byKey.set(rings.key, [...(byKey.get(rings.key) ?? []), shown.result as number[]]);
  }
  return [...byKey].flatMap(([key, all]) => {
    const numbers = all.flat().sort((a, b) => a - b);
    const isOrdered = all.every((one) => one.every((number, index) => index === 0 || number > (one[index - 1] ?? 0)));
    return isOrdered && numbers.every((number, index) => number === index + 1)
      ? []
      : [`till ${key} has shown ${JSON.stringify(all)}`];
  });
}

/** Where in the journal a message is. Each payload and each reason is used once in a run. */
function placesOf({ what }: Told, entries: readonly JournalEntry[]): number[] {
  return entries.flatMap((entry, place) => {
    if (what.do === 'start') return [];
    const isIt =
      what.do === 'signal'
        ? entry.kind === 'signal-received' && entry.name === what.name && isDeepStrictEqual(entry.payload, what.payload)
        : entry.kind === `${what.do}-requested`;
    return isIt ? [place] : [];
  });
}
