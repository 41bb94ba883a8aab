/** `npm run frames`: random programs, natively and stored at every yield. */
import { Command } from 'commander';
import { positiveNumber } from '../../command-options.ts';
import { checkRandom } from '../support/check-random.ts';

const { programs, seed } = new Command('npm run frames --')
  .description('Random generator functions, natively and stored at every yield.')
  .option('--programs <number>', 'how many', positiveNumber, 100_000)
  .option('--seed <number>', 'the first seed', positiveNumber, 1)
  .parse()
  .opts<{ programs: number; seed: number }>();

const counts = { drives: 0, roundTrips: 0, wrong: 0 };
for (let at = seed; at < seed + programs; at += 1) {
  const { drives, roundTrips, wrong } = checkRandom(at);
  counts.drives += drives;
  counts.roundTrips += roundTrips;
  if (wrong === undefined) continue;
  counts.wrong += 1;
  console.log(wrong);
}
const number = (value: number): string => value.toLocaleString('en-US');
console.log(
  `${number(programs)} programs from seed ${seed}: ${number(counts.drives)} drives, ` +
    `${number(counts.roundTrips)} round trips, ${counts.wrong} differences`,
);
process.exitCode = counts.wrong === 0 ? 0 : 1;
