/** How large a run at rest may be that is stored as a whole, before it is made smaller: one limit for who writes and who reads. */
export const MAX_RUN_BYTES = 32 * 1024 * 1024;
