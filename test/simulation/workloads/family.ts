/** A run with children: some complete, one loses a race, one fails, one is left to the end of its parent. */
import { REASON_UNREADABLE } from '../../../lib/encryption/messages.ts';
import {
  child,
  ChildFailedError,
  gather,
  getRun,
  race,
  signal,
  sleep,
  startChild,
  step,
  workflow,
} from '../../../lib/index.ts';
import type { RunLedger } from '../oracle/run-ledger.ts';
import type { Seen } from '../oracle/rule.ts';
import type { Action } from '../world/act.ts';
import type { BodyPlan } from '../world/step-bodies.ts';
import { start, type Workload } from './workload.ts';

interface Family {
  readonly children: number;
  readonly takesMs: number;
  readonly left: 'cancel' | 'terminate' | 'abandon';
  /** It comes to rest before it leaves its last child. */
  readonly restMs?: number;
}

const steps = { retry: { maxAttempts: 100_000, firstDelay: '100ms', maxDelay: '5s' } };
const word = signal<string>('word');

const worker = workflow('family-worker', { steps }, function* ({ index, takesMs }: { index: number; takesMs: number }) {
  if (index % 3 === 0) yield* sleep(takesMs);
  const done = yield* step(`work ${index}`, (): BodyPlan => ({ takesMs, gives: index, fails: index % 2 }));
  if (index % 4 === 3) throw new RangeError(`no ${index}`);
  return done;
});

/** Longer than faults keep anything from being stopped. */
const LONG_MS = 30 * 24 * 3_600_000;

const endless = workflow('family-endless', function* () {
  yield* sleep(LONG_MS);
});

/** Stays until it is stopped, or hears a word. */
const listener = workflow('family-listener', function* () {
  return yield* word.receive();
});

const family = workflow('family', { steps }, function* ({ children, takesMs, left, restMs = 0 }: Family) {
  const ends: unknown[] = yield* gather(
    Array.from({ length: children }, (_, index) => child(worker, { index, takesMs })),
    { returnExceptions: true },
  );
  const lost = yield* race([child(endless), sleep('5s', 'the clock')]);
  const listening = yield* startChild(listener);
  yield* listening.signal(word, 'hello');
  const heard = yield* getRun<string>(listening.id).result();
  yield* startChild(listener, undefined, { onParentClose: left });
  if (restMs > 0) yield* sleep(restMs);
  return [
    ends.map((end) => (end instanceof ChildFailedError ? `${end.status} ${String(end.cause)}` : end)),
    lost,
    heard,
  ];
});

export const familyWorkload: Workload = {
  name: 'family',
  weight: 1.5,
  workflows: [family, worker, endless, listener],
  isDetermined: true,
  judge: (run, _plan, seen) => wrongWithChildren(run, seen),
  draw(dice) {
    const input: Family = {
      children: dice.between(0, 6),
      takesMs: Math.round(dice.magnitude(1, 3_000)),
      left: dice.pick(['cancel', 'terminate', 'abandon']),
      restMs: dice.pick([0, 8_000]),
    };
    return {
      workflow: family.name,
      input,
      startAtMs: dice.between(0, 30_000),
      callers: [[start(family.name, input)]],
    };
  },
};

/** The same, and it is asked to stop in the midst of it. */
export const stoppedFamilyWorkload: Workload = {
  ...familyWorkload,
  name: 'stopped-family',
  weight: 1,
  isDetermined: false,
  draw(dice) {
    const drawn = familyWorkload.draw(dice, '');
    const stop: Action = {
      do: dice.pick(['cancel', 'terminate']),
      reason: `stop ${dice.between(1, 1_000_000)}`,
      waitMs: Math.round(dice.magnitude(10, 20_000)),
      persists: true,
    };
    return { ...drawn, callers: [[...(drawn.callers[0] ?? []), stop]] };
  },
};

/** What is wrong with the children of a run; undefined if nothing is. */
function wrongWithChildren(parent: RunLedger, { table }: Seen): string | undefined {
  const known = new Map(parent.entries.flatMap((entry) => (entry.kind === 'run-ended' ? [[entry.runId, entry]] : [])));
  for (const { operation } of [...parent.commands.values()].flatMap((each) => (each.kind === 'step' ? [each] : []))) {
    if (operation?.kind !== 'start-child') continue;
    const { runId, onParentClose } = operation;
    const run = table.ledger.of(runId);
    const end = known.get(runId);
    if (end !== undefined && run.end?.status !== end.status) {
      return `child ${runId} is ${run.end?.status ?? 'open'}, and its parent has learned that it is ${end.status}`;
    }
    if (run.item === undefined) continue; // not started
    if (run.item.afterEnd !== undefined) return `the end of child ${runId} was never settled`;
    const goesOn = run.end === undefined || run.end.atMs > (parent.end?.atMs ?? Infinity) + LONG_MS / 3;
    // Of a run that is terminated without the payload key nobody knows which children there are (docs/encryption.md).
    if (parent.end?.result === REASON_UNREADABLE) continue;
    if (parent.end !== undefined && goesOn && onParentClose !== 'abandon') {
      return `child ${runId} went on when its parent was ${parent.end.status}`;
    }
    if (parent.end === undefined && run.end !== undefined && end === undefined) {
      return `child ${runId} is ${run.end.status}, and its parent does not know`;
    }
  }
  return parent.item?.afterEnd === undefined ? undefined : 'the end was never settled';
}
