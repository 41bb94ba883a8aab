/** Guesses what was meant by a name that nobody knows. */

/** The one of the `known` names that differs least, if it is near enough to be a slip; upper and lower case are one. */
export function nearest(name: string, known: readonly string[]): string | undefined {
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
