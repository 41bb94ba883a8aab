/**
 * One simulation: builds the cloud that a plan describes, lets everything happen that does, and holds all of it against
 * the rules. The same plan does the same, to the last call.
 */
import { createPrng } from '../../lib/core/prng.ts';
import { rules } from './oracle/all-rules.ts';
import { endText } from './oracle/replay-rule.ts';
import type { Violation } from './oracle/rule.ts';
import type { Plan, RunPlan } from './plan.ts';
import { Cloud } from './world/cloud.ts';
import type { SnapshotShelf } from './world/spoiled-snapshots.ts';
import { CALM } from './world/weather.ts';
import { workloadOf } from './workloads/all-workloads.ts';

export interface Report {
  readonly violation: Violation | undefined;
  /** Names of the faults that happened, in order. */
  readonly faults: readonly string[];
  readonly faultCounts: ReadonlyMap<string, number>;
  /** How many snapshots were read, and how many bases were written. */
  readonly snapshots: { readonly read: number; readonly bases: number };
  readonly checks: number;
  readonly simulatedMs: number;
  readonly things: number;
  readonly turns: number;
  readonly cloud: Cloud;
}

/** More than any honest plan needs: something goes round in circles. */
const MOST_THINGS = 150_000;

export async function simulate(plan: Plan): Promise<Report> {
  const { random } = Math;
  // The client draws its pauses from it.
  Math.random = createPrng(`simulation ${plan.seed}`);
  try {
    const cloud = new Cloud(plan, rules);
    await cloud.untilItRests(MOST_THINGS);
    await cloud.judgeTheEnd();
    if (cloud.oracle.violations.length === 0) await compareWithCalm(plan, cloud);
    return toReport(cloud);
  } finally {
    Math.random = random;
  }
}

/** Runs whose end does not depend on the weather end as they do when nothing goes wrong. */
async function compareWithCalm({ seed, runs }: Plan, { table, oracle }: Cloud): Promise<void> {
  for (const run of runs) {
    if (workloadOf(run.workload).isDetermined !== true) continue;
    const calm = new Cloud({ seed, runs: [run], weather: CALM }, rules);
    await calm.untilItRests(MOST_THINGS);
    await calm.judgeTheEnd();
    const [wrong] = calm.oracle.violations;
    if (wrong !== undefined) oracle.complain(`${wrong.rule}, also in calm weather`, run.runId, wrong.message);
    const expected = calm.table.ledger.of(run.runId).end;
    if (expected === undefined && isSentAll(run))
      oracle.complain('what is determined ends', run.runId, 'it has no end in calm weather');
    const actual = table.ledger.of(run.runId).end;
    const [expectedText, actualText] = [expected, actual].map((end) => (end === undefined ? 'no end' : endText(end)));
    if (expectedText === actualText) continue;
    oracle.complain('the weather does not change the end', run.runId, `calm: ${expectedText}; now: ${actualText}`);
  }
}

/** A plan that was made smaller may lack a signal. */
function isSentAll(run: RunPlan): boolean {
  const sent = run.callers.flat().flatMap((action) => (action.do === 'signal' ? [`${action.name}/${action.key}`] : []));
  const wanted = workloadOf(run.workload).waitsFor?.(run) ?? [];
  return wanted.every(({ name, key }) => sent.includes(`${name}/${key}`));
}

function toReport(cloud: Cloud): Report {
  const { faults, timeline, fleet, startMs } = cloud;
  return {
    violation: cloud.oracle.violations[0],
    faults: faults.happened,
    faultCounts: new Map([...faults.counts, ...spoiledSnapshots(fleet.shelf)]),
    snapshots: { read: fleet.shelf.reads, bases: fleet.shelf.bases },
    checks: cloud.oracle.checks,
    simulatedMs: timeline.nowMs - startMs,
    things: timeline.happened,
    turns: fleet.turns,
    cloud,
  };
}

function spoiledSnapshots({ spoiled }: SnapshotShelf): [string, number][] {
  return [...spoiled].map(([way, times]) => [way === 'an error' ? 'snapshot: not read' : `snapshot: ${way}`, times]);
}
