/**
 * What AWS allows, by default, of what a run uses. The pages that say so, as of November 2026:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html,
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html.
 */

/** Units that one partition of a table or index takes in a second, whatever the mode of the table. */
export const PARTITION_WRITE_UNITS = 1_000;

/** Units that a new on-demand table takes at once; beyond, twice the peak of the last half hour. */
export const NEW_TABLE_WRITE_UNITS = 4_000;
/** Of a table, by default; a request raises it. */
export const TABLE_WRITE_UNITS = 40_000;

/** Invocations that a queue leads to at first, and how many more each minute; at most `maxConcurrency` of the construct. */
export const FIRST_INVOCATIONS = 5;
export const MORE_INVOCATIONS_A_MINUTE = 300;

/** Bytes that one query returns at most. */
export const QUERY_PAGE_BYTES = 1_048_576;
