/** `npm run frames`: random programs, natively and stored at every yield. */
import { Command } from 'commander';
import { positiveNumber } from '../../command-options.ts';
import { checkRandom } from '../support/check-random.ts';

const TELL_EVERY_MS = 30_000;
const number = (value: number): string => value.toLocaleString('en-US');

const { programs, seed } = new Command('npm run frames --')
  .description('Random generator functions, natively and stored at every yield.')
  .option('--programs <number>', 'how many', positiveNumber, 100_000)
  .option('--seed <number>', 'the first seed', positiveNumber, 1)
  .parse()
  .opts<{ programs: number; seed: number }>();

const counts = { drives: 0, roundTrips: 0, tooLarge: 0, wrong: 0 };
let toldAtMs = performance.now();
for (let at = seed; at < seed + programs; at += 1) {
  const { drives, roundTrips, tooLarge, wrong } = checkRandom(at);
  counts.drives += drives;
  counts.roundTrips += roundTrips;
  counts.tooLarge += tooLarge;
  if (performance.now() - toldAtMs > TELL_EVERY_MS) {
    toldAtMs = performance.now();
    console.error(`${number(at - seed + 1)} of ${number(programs)} programs, ${counts.wrong} differences`);
  }
  if (wrong === undefined) continue;
  counts.wrong += 1;
  console.log(wrong);
}
console.log(
  `${number(programs)} programs from seed ${seed}: ${number(counts.drives)} drives, ` +
    `${number(counts.roundTrips)} round trips, ${counts.tooLarge} times too large to be stored, ` +
    `${counts.wrong} differences`,
);
process.exitCode = counts.wrong === 0 ? 0 : 1;
