/** The words that names and prose do not use, and what they use instead: one word for one thing, and plain English. */

export interface ForbiddenWord {
  readonly word: RegExp;
  readonly instead: string;
}

/** Looked for in each word of an identifier: `#openDoors` is "open doors". */
export const FORBIDDEN_IN_NAMES: readonly ForbiddenWord[] = [
  { word: /\bmail\b/, instead: 'inbox' },
  { word: /\bdoorbell\b|\bring\b/, instead: 'auto-reset event, set()' },
  { word: /\bpeek\b/, instead: 'inspect' },
  { word: /\bnews\b|\barrivals?\b/, instead: 'pending events, step results' },
  { word: /\bstirr?(ing)?\b/, instead: 'progress' },
  { word: /\bkeeper\b/, instead: 'renewer, reaper' },
  { word: /\bshelf\b/, instead: 'store' },
  { word: /\bbury\b/, instead: 'what is done: onExit, moveToDeadLetters' },
  { word: /^tell\b/, instead: 'emit, log, send' },
  { word: /^claim (awaitable|coroutine|generator)s?\b/, instead: 'consume' },
  { word: /\bwhereabouts\b/, instead: 'code location' },
  { word: /\bdisown\b/, instead: 'ignore the rejection' },
  { word: /\bstillness\b/, instead: 'idle' },
  { word: /\bdice\b/, instead: 'random, seed' },
  { word: /\bwhoever\b|\bnobody\b|\bsomebody\b/, instead: 'the worker, caller or run that is meant' },
];

/** Looked for in comments, messages and documents. */
export const FORBIDDEN_IN_PROSE: readonly ForbiddenWord[] = [
  { word: /\b(the|its|a|full|run's|in) mail\b/i, instead: 'inbox' },
  { word: /\bdoorbell\b/i, instead: 'auto-reset event' },
  { word: /\b(is|was|be|being) held( \(|$|[.,;:]| as `?blocked)/i, instead: 'blocked, or leased' },
  { word: /\bnobody\b/i, instead: 'no worker, no caller, nothing' },
  { word: /\bsomebody\b/i, instead: 'a worker, a caller, an operator' },
  { word: /\bwhoever\b/i, instead: 'the worker or caller that' },
  { word: /(^|[.:;] )Who (?![^.]*\?)/i, instead: 'the worker, caller or reader that' },
  { word: /\b(for|by|of|to|from|than) who\b/i, instead: 'the worker, caller or reader that' },
  { word: /\bstands? in\b(?! for\b)/i, instead: 'is in' },
  { word: /\b(is|are|was|were|be|being|been) told\b(?! apart)/i, instead: 'is sent, is logged, is reported, learns' },
  { word: /\bfor ever\b/i, instead: 'forever, without a limit' },
  { word: /\b(goes?|going|went) to bed\b|\bgetting up\b/i, instead: 'suspend, resume' },
  { word: /\blets? go\b|\bletting go\b/i, instead: 'releases' },
  { word: /\ba word to its code\b/i, instead: 'without running more of its code' },
  { word: /\b(in|of) (this|the) house\b/i, instead: 'in this repository' },
];

/** Where a forbidden word is right, with the reason. */
export const EXCEPTIONS: readonly { readonly file: string; readonly text: string; readonly why: string }[] = [
  { file: 'lib/dynamodb/schema.ts', text: 'mail', why: 'an attribute of stored items' },
  { file: 'functions/workflows/send-mail.ts', text: 'mail', why: 'the email that the example sends' },
  { file: 'functions/workflows/approval.ts', text: 'send mail', why: 'the same' },
  { file: 'functions/workflows/approval.ts', text: 'Nobody decided', why: 'the text of an email' },
  { file: 'functions/workflows/subscription.ts', text: 'send mail', why: 'the same' },
  ...[
    'data/run-store.ts',
    'data/runs-store.ts',
    'data/named-store.ts',
    'data/workflow-field.ts',
    'data/workflows-store.ts',
    'view/run-list.tsx',
    'view/timeline.tsx',
  ].map((file) => ({
    file: `console/${file}`,
    text: 'peek',
    why: 'of @preact/signals: reads a signal without listening to it',
  })),
];

/** Not held to the list yet. */
export const NOT_COVERED: readonly string[] = [];
