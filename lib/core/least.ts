/** `Math.min` of a list of any length: as arguments of a call, a hundred thousand numbers would be a RangeError. */
export function least(numbers: Iterable<number>): number | undefined {
  let found: number | undefined;
  for (const number of numbers) if (found === undefined || number < found) found = number;
  return found;
}
