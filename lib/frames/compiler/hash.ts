/** Short names for texts. */
import { createHash } from 'node:crypto';

/** To the letter: what is within a string of a source may be white space alone. */
export function hashOfSource(source: string): string {
  return digestOf(source);
}

/** White space counts once: a formatter may have been here. */
export function hashOf(text: string): string {
  return digestOf(text.replaceAll(/\s+/g, ' '));
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 8);
}
