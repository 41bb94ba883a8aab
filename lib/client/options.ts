/** Options are read strictly: one that is misspelt, or that lull does not have, is an error and not ignored. */
import { DATE_TEXTS, readDate } from '../core/date.ts';
import { describeValue } from '../core/describe-value.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';

/** Refuses what is no object, and keys that are not among the `known`. */
export function checkOptions(call: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError(`${call} takes its options as an object, not ${describeValue(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new InvalidArgumentError(`${call} has no option ${describeValue(unknown)}: there are ${known.join(', ')}`);
}

/** Refuses what is neither undefined nor one of the `choices`. */
export function checkChoice(option: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  const listed = choices.map((choice) => `'${choice}'`).join(', ');
  throw new InvalidArgumentError(`${option} cannot be ${describeValue(value)}: choose one of ${listed}`);
}

/** The date of an option, in epoch milliseconds. */
export function toEpochMs(option: string, value: Date | string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const reading = readDate(value);
  if ('ms' in reading) return reading.ms;
  throw new InvalidArgumentError(
    `${option} cannot be ${describeValue(value)}: ${reading.problem}. Give a Date, or ${DATE_TEXTS}`,
  );
}
