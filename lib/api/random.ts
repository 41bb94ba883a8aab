/** Random numbers and UUIDs from the run's own seed. */
import { currentLoop } from '../core/loop.ts';

/**
 * A random number, 0 <= x < 1, from the run's own seed: the same on each replay, and so is `Math.random()` in a workflow.
 * The seed is drawn at random when the run begins and is recorded in its journal: another run draws other numbers, also under
 * the same id.
 *
 * @example
 * ```ts
 * const number = random();
 * yield* sleep('1h');
 * number >= 0 && number < 1; // => true
 * ```
 */
export function random(): number {
  return currentLoop('random()').random.next();
}

/**
 * A random UUID (version 4) from the run's own seed: the same on each replay, and so is `crypto.randomUUID()` in a
 * workflow. It is unique, and cannot be guessed by those who cannot read the table, not even from other UUIDs of the run.
 * Those who can read the table can work it out: a key or a password that they must not know is made, and kept, in a step.
 *
 * @example
 * ```ts
 * const reference = uuid();
 * yield* step('send', () => `sent ${reference.length} characters`); // => 'sent 36 characters'
 * ```
 */
export function uuid(): string {
  const { random: source } = currentLoop('uuid()');
  let text = '';
  for (let index = 0; index < 32; index += 1) {
    if (index === 8 || index === 12 || index === 16 || index === 20) text += '-';
    const digit = Math.floor(source.next() * 16);
    // The version is the thirteenth digit, the variant in the two highest bits of the seventeenth.
    if (index === 12) text += '4';
    else text += (index === 16 ? 8 + (digit & 3) : digit).toString(16);
  }
  return text;
}
