/** Values that more than one of the commands here takes. */
import { InvalidArgumentError } from 'commander';
import { wholeNumber } from '../lib/cli/whole-number.ts';

/** Of minutes, say. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('It is a number above 0.');
}

/** Of runs, of processes. */
export const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/** Of what is drawn by chance. */
export function seedOrRandom(text: string): number | 'random' {
  return text === 'random' ? text : count(text);
}

/** A seed that stands for itself. `random` is as `Math.random`. */
export function drawSeed(given: number | 'random', random: () => number): number {
  return given === 'random' ? Math.floor(random() * 1e9) : given;
}
