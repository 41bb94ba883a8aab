/** Text from outside must not color the terminal, or move its cursor: control characters are shown as their codes. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** All controls but line break and tab, and what turns the direction of text around. */
// eslint-disable-next-line no-control-regex -- those are what it is about
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
