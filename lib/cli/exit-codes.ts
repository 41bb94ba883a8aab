/** How the command ends, for scripts. Documented in docs/command.md. */
export const EXIT = {
  ok: 0,
  /** The engine refused, or the run that was waited for did not complete. */
  refused: 1,
  /** The command was not called as it has to be: a verb, an option, a filter, JSON. */
  usage: 2,
  /** There is no such run, workflow, query, schedule or stack. */
  notFound: 3,
  /** The engine cannot be reached: no `lull dev`, no connection, no or expired credentials, no answer. */
  unreachable: 4,
  /** The time to wait is up, and the run goes on. */
  notYet: 5,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
