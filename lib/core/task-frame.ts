/** A generator function of the author's in which a task waits, with the variables that it still needs there. */

export interface TaskFrame {
  /** Its name, with those of the functions around it: `checkout`, `checkout/retry`. */
  readonly function: string;
  /** The line at which it waits, as in `src/checkout.ts:12:5`. Absent: it has not begun. */
  readonly at?: string;
  readonly variables: readonly TaskVariable[];
}

export interface TaskVariable {
  readonly name: string;
  /** In words of the language, cut where it is long: `{ id: "o-17", lines: [1, 2] }`. Absent: it is sensitive. */
  readonly value?: string;
  /** It has something of a sensitive step in it, or of a callback's token. */
  readonly sensitive?: true;
}
