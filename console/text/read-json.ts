/** A text as the JSON that it is; nothing for an empty one; or what is wrong with it, and where. */
export function readJson(
  text: string,
): { readonly value: unknown; readonly problem?: undefined } | { readonly problem: string } {
  if (text.trim() === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: `that is no JSON: ${(error as Error).message}` };
  }
}

/** A value as JSON to edit; nothing for undefined. */
export function writeJson(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, undefined, 2);
}
