/** One formatter for all numbers: making one takes longer than the rest of a row. */
const NUMBERS = new Intl.NumberFormat('en');

/** As in `12,000`. */
export function countText(count: number): string {
  return NUMBERS.format(count);
}
