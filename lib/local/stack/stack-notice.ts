import type { LambdaNotice } from './lambda/lambda-notice.ts';

/** What the cloud of a template has to tell whoever watches it. Nothing needs an answer. */
export type StackNotice =
  /** Of a function and its sandboxes. */
  | LambdaNotice
  /** Somebody called AWS who may not. */
  | {
      readonly kind: 'call-denied';
      /** The ARN of who called. */
      readonly principal: string;
      /** `dynamodb:PutItem`. */
      readonly action: string;
      readonly resource: string;
      readonly message: string;
    }
  /** An event source, a rule or a schedule does not call its function: what keeps it from it. */
  | { readonly kind: 'not-called'; readonly source: string; readonly reason: string }
  /** A message was received too often. */
  | { readonly kind: 'dead-letter'; readonly queue: string; readonly body: string }
  /** A line of an HTTP API's access log, in the template's format; `reason` says why it got no answer of a function. */
  | { readonly kind: 'request'; readonly api: string; readonly line: string; readonly reason?: string };
