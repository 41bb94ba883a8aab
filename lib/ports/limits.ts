/** The limits of what a store holds for one run. */

/** The largest item of the table, its key included: DynamoDB's 400 KB. */
export const ITEM_LIMIT_BYTES = 400 * 1024;

/** What a record of the journal may be set to hold, as JSON: an item of the table takes it, commas and keys included. */
export const LARGEST_RECORD_BYTES = 380_000;

/**
 * How many accepted messages may wait in a run's inbox. Ids of up to 32 characters: the run item is then 4 KB at most,
 * and within 1 KB, which is one write unit, as long as no more than eight wait.
 */
export const INBOX_LIMIT = 100;

/**
 * Updates wait in an inbox until their handler lets them in, as the calls of an entity do. They leave room for what a
 * handler may be waiting for: the end of a child, the end of another run, a callback.
 */
export const UPDATES_LIMIT = 90;

/** Requests to cancel or to terminate have additional room, so that they reach a run that is flooded with signals. */
export const CONTROL_INBOX_LIMIT = 110;

/** How far ahead a wake can be sent: SQS takes no more. For a time further away the sweeper sends it. */
export const LONGEST_WAKE_DELAY_MS = 900_000;

/** Runs that wait for the end of another one: each takes a place in its run item. */
export const WATCHERS_LIMIT = 20;

/** The longest id of a message, in bytes. */
export const MESSAGE_ID_LIMIT_BYTES = 32;

/** A blocked run is retried after as long as it has been blocked already, within these bounds. */
export const SHORTEST_BLOCKED_PAUSE_MS = 10_000;
export const LONGEST_BLOCKED_PAUSE_MS = 600_000;
