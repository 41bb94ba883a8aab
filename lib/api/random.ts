/** Random numbers and UUIDs from the run's own seed. */
import { currentLoop } from '../core/loop.ts';

/**
 * A random number, 0 <= x < 1, from the run's own seed: the same on each replay, and so is `Math.random()` in a
 * workflow. The seed is drawn at random when the run begins, and is recorded in its journal: another run draws other
 * numbers, even under the same id.
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
 * workflow. It is unique. A caller without access to the table cannot guess it, not even from other UUIDs of the run; a
 * reader of the table can compute it. Make and keep a key or a password that such a reader must not know in a step.
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
    // The version is the thirteenth digit, the variant the two highest bits of the seventeenth.
    if (index === 12) text += '4';
    else text += (index === 16 ? 8 + (digit & 3) : digit).toString(16);
  }
  return text;
}
