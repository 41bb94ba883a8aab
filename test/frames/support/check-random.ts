/** One random program, in all drives, natively and stored at every yield. */
import { describeDrive, drive, drivesOf, type Drive } from './drive.ts';
import { compiledMaker, nativeMaker } from './in-process.ts';
import { RANDOM_PRELUDE, randomProgram } from './random-program.ts';

export interface RandomResult {
  readonly drives: number;
  readonly roundTrips: number;
  /** Of graphs that are larger than any that is stored: some programs double a text at each turn of a loop. */
  readonly tooLarge: number;
  /** What is not as it should be; undefined if all is. */
  readonly wrong: string | undefined;
}

export function checkRandom(seed: number): RandomResult {
  const source = RANDOM_PRELUDE + randomProgram(seed);
  const counts = { drives: 0, roundTrips: 0, tooLarge: 0 };
  const fail = (text: string): RandomResult => ({ ...counts, wrong: `seed ${seed}: ${text}\n${source}` });
  let native: ReturnType<typeof nativeMaker>;
  try {
    native = nativeMaker(source);
  } catch (error) {
    if (error instanceof SyntaxError) return { ...counts, wrong: undefined }; // no program
    throw error;
  }
  let compiled: ReturnType<typeof compiledMaker>;
  try {
    compiled = compiledMaker(source);
  } catch (error) {
    return fail(String((error as Error).stack));
  }
  const plain: Drive = { sends: 'tens' };
  for (const how of drivesOf(drive(plain, native).yields, 6)) {
    const expected = drive(how, native);
    const outcome = drive(how, compiled, compiled);
    counts.drives += 1;
    counts.roundTrips += outcome.roundTrips;
    const refusals = outcome.refusals.filter((reason) => !/ it has \d+ bytes: \d+ are allowed$/.test(reason));
    counts.tooLarge += outcome.refusals.length - refusals.length;
    const [one, other] = [expected.trace.join('\n'), outcome.trace.join('\n')];
    if (one !== other) return fail(`${describeDrive(how)}\nnative:\n${one}\n\ncompiled:\n${other}\n`);
    if (refusals.length > 0) return fail(`refused: ${refusals.join('; ')}`);
  }
  return { ...counts, wrong: undefined };
}
