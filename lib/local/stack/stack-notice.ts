/** What the cloud of a template has to tell whoever watches it. Nothing needs an answer. */
export type StackNotice =
  /** A line that a function wrote to its standard output or error. */
  | { readonly kind: 'output'; readonly function: string; readonly pid: number; readonly line: string }
  /** A sandbox ended that was not asked to: it crashed, was killed or took too long. */
  | { readonly kind: 'sandbox-ended'; readonly function: string; readonly pid: number; readonly how: string }
  /** A function threw, or could not begin. (That its sandbox ended is a notice of its own.) */
  | { readonly kind: 'invocation-failed'; readonly function: string; readonly reason: string }
  /** No more was let in at a time: the function's reserved concurrency. */
  | { readonly kind: 'throttled'; readonly function: string }
  /** A function called AWS, and its role does not allow that. */
  | {
      readonly kind: 'call-denied';
      readonly role: string;
      readonly action: string;
      readonly resource: string;
      readonly reason: string;
    }
  /** An event source, a rule or a schedule calls nobody: what keeps it from it. */
  | { readonly kind: 'not-called'; readonly source: string; readonly reason: string }
  /** A message was received too often. */
  | { readonly kind: 'dead-letter'; readonly queue: string; readonly body: string }
  /** A line of the HTTP API's access log, in the template's format. */
  | { readonly kind: 'request'; readonly api: string; readonly line: string };
