/** A short name for a text, in which white space counts once. */
import { createHash } from 'node:crypto';

export function hashOf(text: string): string {
  return createHash('sha256').update(text.replaceAll(/\s+/g, ' ')).digest('base64url').slice(0, 8);
}
