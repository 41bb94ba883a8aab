/** How large a run at rest may be that is stored as a whole, before it is deflated: one limit for the worker that writes it and the one that reads it. */
export const MAX_RUN_BYTES = 32 * 1024 * 1024;
