/**
 * Characters that JSON leaves as they are in its texts, and that are more than characters to the reader of a log:
 * further controls, which terminals obey, line separators, and marks that turn the order of a text around.
 */
const LEFT_BY_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The same JSON with those characters escaped in its texts, as `\u009b`. */
export function escapeControls(json: string): string {
  return json.replace(LEFT_BY_JSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
