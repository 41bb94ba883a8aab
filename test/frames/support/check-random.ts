/** One random program, in all drives, natively and stored at every yield. */
import { loadBuild } from './build-of.ts';
import { describeDrive, drive, drivesOf, type Drive } from './drive.ts';
import { compiledMaker, nativeMaker } from './in-process.ts';
import { IMPORT_PRELUDE, RANDOM_PRELUDE, randomProgram } from './random-program.ts';

const prelude = loadBuild({ prelude: RANDOM_PRELUDE });

export interface RandomResult {
  readonly drives: number;
  readonly roundTrips: number;
  /** Of graphs that are larger than any that is stored: some programs double a text at each turn of a loop. */
  readonly tooLarge: number;
  /** What is not as it should be; undefined if all is. */
  readonly wrong: string | undefined;
}

export function checkRandom(seed: number): RandomResult {
  const source = IMPORT_PRELUDE + randomProgram(seed);
  const counts = { drives: 0, roundTrips: 0, tooLarge: 0 };
  const fail = (text: string): RandomResult => ({ ...counts, wrong: `seed ${seed}: ${text}\n${source}` });
  let native: ReturnType<typeof nativeMaker>;
  try {
    native = nativeMaker(source, prelude);
  } catch (error) {
    if (error instanceof SyntaxError) return { ...counts, wrong: undefined }; // no program
    throw error;
  }
  let compiled: ReturnType<typeof compiledMaker>;
  try {
    compiled = compiledMaker(source, prelude);
  } catch (error) {
    return fail(String((error as Error).stack));
  }
  const plain: Drive = { sends: 'tens' };
  for (const how of drivesOf(drive(plain, native).yields, 6)) {
    const expected = drive(how, native);
    const outcome = drive(how, compiled, once(compiled));
    counts.drives += 1;
    counts.roundTrips += outcome.roundTrips;
    const refusals = outcome.refusals.filter((reason) => !/ it has \d+ bytes: \d+ are allowed$/.test(reason));
    counts.tooLarge += outcome.refusals.length - refusals.length;
    const difference = differenceIn(expected.trace, outcome.trace);
    if (difference !== undefined) return fail(`${describeDrive(how)}, ${difference}`);
    if (refusals.length > 0) return fail(`refused: ${refusals.join('; ')}`);
  }
  return { ...counts, wrong: undefined };
}

/** It goes on in a copy of the module that is not the one in which it began, and stays there: to load one takes long. */
function once<T>(make: (trace: string[]) => T): (trace: string[]) => T {
  let made: T | undefined;
  return (trace) => (made ??= make(trace));
}

/** Some lines are as long as a text can be. */
const MAX_SHOWN = 2_000;

function differenceIn(native: readonly string[], compiled: readonly string[]): string | undefined {
  const length = Math.max(native.length, compiled.length);
  const at = Array.from({ length }).findIndex((_, index) => native[index] !== compiled[index]);
  if (at === -1) return undefined;
  const lineOf = (trace: readonly string[]): string => (trace[at] ?? 'nothing').slice(0, MAX_SHOWN);
  return `line ${at + 1} of what comes out:\nnative: ${lineOf(native)}\ncompiled: ${lineOf(compiled)}\n`;
}
