/** Cuts a text that is longer than a limit, and shows that it was cut. */
export function clampText(text: string, limitCharacters: number): string {
  return text.length <= limitCharacters ? text : `${text.slice(0, limitCharacters - 1)}…`;
}
