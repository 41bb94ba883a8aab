/** `npm run wire`: round after round against the wire, until the time is over or a rule is broken. */
import { Command } from 'commander';
import { drawSeed, positiveNumber, seedOrRandom } from '../command-options.ts';
import { describeEachRequest, playEachRequest } from './each-request.ts';
import { playRound, type RoundReport } from './round.ts';

const ROUND_MS = 40_000;

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'; // nothing here reaches AWS
process.exitCode = await main();

async function main(): Promise<number> {
  const given = new Command('npm run wire --')
    .description('Real processes under faults, round after round: kills, freezes, full disks, a network that cuts.')
    .option('--minutes <number>', 'for about so long', positiveNumber, 2)
    .option('--seed <number>', 'of the first round; the next has the next; random: any', seedOrRandom, 'random')
    .option('--transactions', 'each thing that can go wrong, at each request of a run with transactions; no rounds')
    .showHelpAfterError()
    .parse()
    .opts<{ minutes: number; seed: number | 'random'; transactions?: true }>();
  if (given.transactions === true) {
    const report = await playEachRequest();
    console.log(describeEachRequest(report));
    return report.violations.length > 0 ? 1 : 0;
  }
  const firstSeed = drawSeed(given.seed, Math.random);
  const endMs = Date.now() + given.minutes * 60_000;
  const reports: RoundReport[] = [];
  for (let seed = firstSeed; Date.now() < endMs; seed += 1) {
    const forMs = Math.min(ROUND_MS, Math.max(5_000, endMs - Date.now()));
    const report = await playRound({ seed, forMs, mostOpen: 25, faults: true, smallDisk: seed % 3 === 0 });
    reports.push(report);
    console.log(describeRound(report));
    if (report.violations.length > 0) {
      for (const violation of report.violations.slice(0, 30)) console.log(`  ${violation}`);
      console.log(`what there is to see is in ${report.folder}; again: npm run wire -- --seed ${seed} --minutes 0.7`);
      break;
    }
  }
  console.log(describeAll(reports));
  return reports.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

function describeRound({
  seed,
  runs,
  faults,
  settledMs,
  violations,
  smallDisk,
  leftovers,
  deadLetters,
}: RoundReport): string {
  const count = [...faults.values()].reduce((sum, one) => sum + one, 0);
  return [
    `seed ${seed}: ${runs} runs, ${count} faults, all ended ${(settledMs / 1_000).toFixed(1)} s after the last`,
    `${leftovers} leftovers, ${deadLetters} dead letters`,
    ...(smallDisk === undefined
      ? []
      : [`disk full: ${smallDisk === 'mounted' ? 'on a small disk' : `left out, no rights to mount one here`}`]),
    `${violations.length} violations`,
  ].join(', ');
}

function describeAll(reports: readonly RoundReport[]): string {
  const sum = (of: (report: RoundReport) => number): string =>
    reports.reduce((total, report) => total + of(report), 0).toLocaleString('en-US');
  const faults = new Map<string, number>();
  for (const report of reports) {
    for (const [name, count] of report.faults) faults.set(name, (faults.get(name) ?? 0) + count);
  }
  return [
    `rounds        ${reports.length}`,
    `runs          ${sum(({ runs }) => runs)}`,
    `messages      ${sum(({ messages }) => messages)}`,
    `effects       ${sum(({ effects }) => effects)} lines`,
    `requests      ${sum(({ requests }) => requests)} through the proxies`,
    `checks        ${sum(({ checks }) => checks)}`,
    `violations    ${sum(({ violations }) => violations.length)}`,
    'faults',
    ...[...faults].sort(([, a], [, b]) => b - a).map(([name, count]) => `  ${name.padEnd(22)} ${count}`),
  ].join('\n');
}
