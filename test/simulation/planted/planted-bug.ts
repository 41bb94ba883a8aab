/** A mistake that somebody might make, as a change of the source. */
export interface PlantedBug {
  /** What the code does then. */
  readonly name: string;
  readonly file: string;
  /** It is there once. */
  readonly find: string;
  readonly put: string;
  /** It shows where runs are stored only: the whole is compiled for that. */
  readonly isCompiled?: true;
  /** It shows in runs of such workloads only: how their names begin. */
  readonly workload?: string;
  /** Another place in the same file. */
  readonly also?: { readonly find: string; readonly put: string };
}

/** The source with the bug in it; a change that does not fit the source any more is an error. */
export function plant({ name, file, find, put, also }: PlantedBug, source: string): string {
  return [{ find, put }, ...(also === undefined ? [] : [also])].reduce((text, edit) => {
    const parts = text.split(edit.find);
    if (parts.length === 2) return parts.join(edit.put);
    throw new Error(
      `the planted bug "${name}" does not fit ${file}: "${edit.find}" is there ${parts.length - 1} times, and should ` +
        `be there once. The code has changed: change the planted bug with it`,
    );
  }, source);
}
