/** Options that are whole numbers. */
import { describeValue } from '../core/describe-value.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';

export function checkWhole(
  option: string,
  value: number,
  { from, to = Infinity }: { from: number; to?: number },
): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  const range = to === Infinity ? `${from} or more` : `${from} to ${to}`;
  throw new InvalidArgumentError(`${option} cannot be ${describeValue(value)}: give a whole number, ${range}`);
}
