/**
 * The form of what lull itself has in a stored run: its classes with their fields, and the await points and variables of its
 * own generators. Bases of runs with an unbounded history are stored for years, so each later lull restores them.
 *
 * test/golden/bases.test.ts says when it changes. Then it is raised, and a migration from the form before goes into
 * lib/scheduler/migrate-run.ts.
 */
export const STORED_RUN_FORMAT = 1;

/** How code that makes stored runs is called: by their form, and by a hash of its text. */
export function nameOwnCode(hash: string): string {
  return `form${STORED_RUN_FORMAT}.${hash}`;
}

/** Undefined if the name is none, or of several copies of lull. */
export function formOfOwnCode(name: string): number | undefined {
  const form = /^form(\d{1,6})\.\S+$/.exec(name)?.[1];
  return form === undefined ? undefined : Number(form);
}
