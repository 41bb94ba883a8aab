/** What many simulations come to, added up. */
import { duration } from './progress.ts';
import type { Report } from './simulate.ts';

export interface Tally {
  seeds: number;
  runs: number;
  turns: number;
  things: number;
  checks: number;
  simulatedMs: number;
  snapshots: number;
  bases: number;
  readonly faults: Record<string, number>;
}

export function emptyTally(): Tally {
  return { seeds: 0, runs: 0, turns: 0, things: 0, checks: 0, simulatedMs: 0, snapshots: 0, bases: 0, faults: {} };
}

export function addReport(tally: Tally, report: Report, runs: number): void {
  add(tally, {
    ...{ seeds: 1, runs, turns: report.turns, things: report.things, checks: report.checks },
    ...{ snapshots: report.snapshots.read, bases: report.snapshots.bases },
    ...{ simulatedMs: report.simulatedMs, faults: Object.fromEntries(report.faultCounts) },
  });
}

export function add(to: Tally, more: Tally): void {
  to.seeds += more.seeds;
  to.runs += more.runs;
  to.turns += more.turns;
  to.things += more.things;
  to.checks += more.checks;
  to.simulatedMs += more.simulatedMs;
  to.snapshots += more.snapshots;
  to.bases += more.bases;
  for (const [kind, count] of Object.entries(more.faults)) to.faults[kind] = (to.faults[kind] ?? 0) + count;
}

/** `seconds` is the time that all of it took, `processes` how many did it. */
export function describeTally(tally: Tally, seconds: number, processes: number): string {
  const faults = Object.entries(tally.faults).sort(([, a], [, b]) => b - a);
  const all = faults.reduce((sum, [, count]) => sum + count, 0);
  const perSecond = (count: number): string => `${(count / seconds).toFixed(1)} a second`;
  return [
    row('time', `${duration(seconds)}, ${processes} at a time`),
    row('programs run', `${number(tally.runs)}, ${perSecond(tally.runs)}`),
    row('seeds', `${number(tally.seeds)}, ${perSecond(tally.seeds)}`),
    row('invariant checks', number(tally.checks)),
    row('turns of workers', number(tally.turns)),
    row('things that happened', number(tally.things)),
    row('simulated time', `${number(Math.round(tally.simulatedMs / 86_400_000))} days`),
    ...(tally.snapshots + tally.bases === 0 ? [] : snapshotRows(tally)),
    row('faults', number(all)),
    ...faults.map(([kind, count]) => row(`  ${kind}`, number(count))),
  ].join('\n');
}

function snapshotRows({ snapshots, bases }: Tally): string[] {
  return [row('snapshots read', number(snapshots)), row('bases written', number(bases))];
}

function row(name: string, value: string): string {
  return `${name.padEnd(22)} ${value}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
