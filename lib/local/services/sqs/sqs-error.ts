/** An error that SQS answers with. */
export class SqsError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  /** The value of the header `x-amzn-query-error`: the name that the older protocol has for it. */
  get queryError(): string {
    return `${QUERY_CODES.get(this.code) ?? this.code};Sender`;
  }
}

/** Errors that have another name in the older protocol. */
const QUERY_CODES: ReadonlyMap<string, string> = new Map([
  ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'],
  ['MessageNotInflight', 'AWS.SimpleQueueService.MessageNotInflight'],
  ...[
    ...['UnsupportedOperation', 'EmptyBatchRequest', 'TooManyEntriesInBatchRequest'],
    ...['BatchEntryIdsNotDistinct', 'BatchRequestTooLong'],
  ].map((code) => [code, `AWS.SimpleQueueService.${code}`] as const),
]);
