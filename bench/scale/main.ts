/**
 * `npm run scale`: plays what happens at scale, and writes the table into docs/scale.md, between its two marks. It takes
 * some minutes.
 */
import { writeCounted } from '../write-counted.ts';
import { dueShards, workflowShards } from '../../lib/dynamodb/schema.ts';
import { NEW_TABLE_WRITE_UNITS, PARTITION_WRITE_UNITS, TABLE_WRITE_UNITS } from './quotas.ts';
import { byWorkers, longJournal, signalsToOne, startsAtOnce, wakesAtOnce } from './scenarios.ts';

const rows: string[] = [];

function say(what: string, figures: Record<string, unknown>, row: readonly string[]): void {
  console.log(`${what}: ${JSON.stringify(figures)}`);
  rows.push(`| ${[what, ...row].join(' | ')} |`);
}

const starts = await startsAtOnce(10_000);
const { unitsOfARun, dueUnitsOfARun, workflowUnitsOfARun } = starts;
say('10,000 starts in one second, three steps each', { ...starts }, [
  `${round(unitsOfARun)} write units a run; ${round(dueUnitsOfARun)} of them in one of the ${dueShards().length} shards of the index of due runs, ${round(workflowUnitsOfARun)} in one of the ${workflowShards('x').length} of its workflow`,
  `a new table: ${perSecond(NEW_TABLE_WRITE_UNITS / unitsOfARun)} runs a second; the account's default for a table: ${perSecond(TABLE_WRITE_UNITS / unitsOfARun)}; runs of one workflow: ${perSecond((PARTITION_WRITE_UNITS * workflowShards('x').length) / workflowUnitsOfARun)}; the index of due runs: ${perSecond((PARTITION_WRITE_UNITS * dueShards().length) / dueUnitsOfARun)}`,
]);

for (const workers of [1, 64, 256]) {
  const figures = await byWorkers(2_000, workers);
  say(`2,000 runs, ${workers === 1 ? 'one worker' : `${workers} workers`}`, { ...figures }, [
    `${round(figures.runsASecond)} runs a second; ${round(figures.unitsOfARun)} write units and ${figures.requestsOfARun.toFixed(2)} requests a run, ${figures.refusedTakes} leases refused`,
    'none: a run is written by the worker that has it, and by its callers',
  ]);
}

for (const maxConcurrency of [10, 100, 1_000]) {
  const figures = await wakesAtOnce(10_000, maxConcurrency);
  say(`10,000 timers of one second, \`maxConcurrency\` ${maxConcurrency.toLocaleString('en')}`, { ...figures }, [
    `the last run has gone on ${seconds(figures.lastAfterMs)} after its time, in ${figures.environments} environments; the sweep that told the queue of them took ${seconds(figures.longestSweepMs)}; ${figures.peakUnits.toLocaleString('en')} write units in the busiest second, ${figures.peakShard.toLocaleString('en')} in one shard`,
    'Lambda adds invocations for a queue by 5 a second',
  ]);
}

const signals = await signalsToOne(10_000);
say('10,000 signals to one run, from 50 callers', { ...signals }, [
  `${signals.unitsOfASignal.toFixed(1)} write units a signal, all in the run's own partition; the inbox was full ${signals.refused.toLocaleString('en')} times, and its callers asked again`,
  `a partition of the table: ${perSecond(PARTITION_WRITE_UNITS / signals.unitsOfASignal)} signals a second to one run`,
]);

for (const steps of [1_000, 10_000, 24_000]) {
  const figures = await longJournal(steps);
  say(`a run of ${steps.toLocaleString('en')} steps goes on in another worker`, { ...figures }, [
    `${(figures.bytes / 1e6).toFixed(1)} MB of journal: ${figures.readUnits.toLocaleString('en')} read units, ${figures.pages} ${figures.pages === 1 ? 'page' : 'pages'}; its replay computed for ${seconds(figures.replayCpuMs)} on a laptop-sized core`,
    '`maxJournalEvents`: two events a step',
  ]);
}

const table = ['| what | counted | what is met first |', '| --- | --- | --- |', ...rows].join('\n');
await writeCounted('scale.md', `${table}\n`, { command: 'npm run scale' });

function round(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en');
}

function perSecond(value: number): string {
  return Math.floor(Number(value.toPrecision(2))).toLocaleString('en');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
