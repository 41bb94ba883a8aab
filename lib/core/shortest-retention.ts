/**
 * The shortest time for which a run that ended is kept, and for which a purge that finds messages is put off: no
 * request is under way for longer, since no function of AWS's runs longer.
 */
export const SHORTEST_RETENTION_MS = 15 * 60_000;
