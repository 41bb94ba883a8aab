/** Parses the value of an option that counts or numbers something. */
import { InvalidArgumentError } from 'commander';

/** Of TCP. */
export const LONGEST_PORT = 65_535;

export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It is a whole number from ${from} to ${to}.`);
  };
}
