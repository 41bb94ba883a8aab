/**
 * Letters: messages that are accepted together with what they say, in the run item (operation 3). A small message is then
 * one write, not a put, a write and a delete. The journal knows what was delivered, as of any other message (I6).
 *
 * Only messages without a digest: that of others is to stay when the run has received them, in an item of their own.
 */
import type { Message } from './message.ts';
import type { RunItem } from './run-item.ts';

/** As JSON. With two of them, a lease and a short input the run item is within 1 KB, which is one write unit. */
export const LETTER_LIMIT_BYTES = 200;

/** What a run item has room for. A sender that finds it full puts its message first. */
export const MOST_LETTERS = 2;

/** Says whether a message may be accepted as a letter. An update has an item in any case: it is to take the answer. */
export function mayBeLetter(message: Message): boolean {
  const { kind, digest } = message;
  if (digest !== undefined || (kind !== 'signal' && kind !== 'run-ended')) return false;
  return Buffer.byteLength(JSON.stringify(message)) <= LETTER_LIMIT_BYTES;
}

/** The letters of a run item by their ids. */
export function lettersOf({
  letters = [],
}: {
  readonly letters?: RunItem['letters'] | undefined;
}): ReadonlyMap<string, Message> {
  return new Map(letters.map((letter) => [letter.id, letter]));
}
