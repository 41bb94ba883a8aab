/** What the id of a run looks like: it goes into keys, addresses and log lines as it is. */
export const RUN_ID_LIMIT = 128;

/**
 * Also says yes to `.` and `..`, which runs may have that are there. A URL cannot end in them, encoded or not, so a new
 * run is refused them: nothing over HTTP would lead to it.
 */
export function isRunId(id: unknown): id is string {
  return typeof id === 'string' && id.length <= RUN_ID_LIMIT && /^[\w.:-]+$/.test(id);
}

/** Says whether a run may be started under that id. */
export function isNewRunId(id: unknown): id is string {
  return isRunId(id) && id !== '.' && id !== '..';
}
