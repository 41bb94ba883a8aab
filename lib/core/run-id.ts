/** What the id of a run looks like: it goes into keys, addresses and log lines as it is. */
export const RUN_ID_LIMIT = 128;

export function isRunId(id: unknown): id is string {
  return typeof id === 'string' && id.length <= RUN_ID_LIMIT && /^[\w.:-]+$/.test(id);
}
