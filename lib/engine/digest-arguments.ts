/**
 * What is recorded of the arguments of a step, so that a replay can tell whether the code still calls it with them (I8).
 *
 * They are digested and not stored: 8 characters, whatever their size. A replay digests them again, so no more than the
 * beginning of what is large is looked at.
 *
 * Tested by: test/engine/digest-arguments.test.ts
 */
import { createHash } from 'node:crypto';
import { canonicalText } from '../codec/canonical.ts';

/** About so many characters of a step's arguments are looked at, an equal share of each. */
export const ARGUMENTS_LIMIT = 8_192;

/** More count by their number. */
const MOST_ARGUMENTS = 256;

const DIGEST_CHARACTERS = 8; // of base64url: 48 bits

/** Undefined if there are none. Those at the end that are undefined count as left out. Never throws. */
export function digestArguments(given: readonly unknown[]): string | undefined {
  let count = given.length;
  while (count > 0 && given[count - 1] === undefined) count -= 1;
  if (count === 0) return undefined;
  const looked = Math.min(count, MOST_ARGUMENTS);
  const share = Math.floor(ARGUMENTS_LIMIT / looked);
  let text = String(count);
  for (let index = 0; index < looked; index += 1) text += `,${canonicalText(given[index], share).text}`;
  return createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_CHARACTERS);
}
