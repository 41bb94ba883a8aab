/** Suggests the known name that was probably meant by an unknown one. */

/** The most similar of the `known` names, if it is similar enough to be a slip; upper and lower case count as equal. */
export function suggest(name: string, known: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= candidate.length / 3 && distance < (best?.distance ?? Infinity))
      best = { name: candidate, distance };
  }
  return best?.name;
}

/** How many characters to insert, delete or replace (Levenshtein), by one row of the table at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, character] of Array.from(from).entries()) {
    let diagonal = index;
    let left = index + 1;
    const next = row.slice(1).map((above, column) => {
      left = Math.min(left + 1, above + 1, diagonal + (to[column] === character ? 0 : 1));
      diagonal = above;
      return left;
    });
    row = [index + 1, ...next];
  }
  return row.at(-1) ?? from.length;
}
