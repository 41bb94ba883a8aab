/** What of the language and of Node no other process has, by the names with which code makes it. */

export const PROMISE = 'a promise';

/** Each part of it is a promise, or a function of the language's own. */
export const RESOLVERS = 'a promise with what resolves it';

/** `new X()`, where the module has no X of its own. test/frames/proof-values.test.ts holds each to what the graph refuses. */
export const UNSTORABLE_CLASSES: ReadonlyMap<string, string> = new Map([
  ['Promise', PROMISE],
  ['Proxy', 'a Proxy'],
  ['Function', 'a function that was made of a text'],
  ...[
    ...['WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer'],
    ...['AbortController', 'Event', 'EventTarget', 'MessageChannel', 'BroadcastChannel', 'WebSocket'],
    ...['Request', 'Response', 'Headers', 'FormData', 'Blob', 'File', 'URLSearchParams'],
    ...['ReadableStream', 'WritableStream', 'TransformStream', 'CompressionStream', 'DecompressionStream'],
    ...['TextEncoder', 'TextDecoder'],
  ].map((name): [string, string] => [name, `a ${name}`]),
]);

/** `new Intl.X()`, also without `new`. */
export const UNSTORABLE_INTL = new Set([
  ...['Collator', 'DateTimeFormat', 'DisplayNames', 'ListFormat', 'Locale', 'NumberFormat', 'PluralRules'],
  ...['RelativeTimeFormat', 'Segmenter', 'DurationFormat'],
]);

/** Calls of what the module does not have itself. */
export const UNSTORABLE_CALLS: ReadonlyMap<string, string> = new Map([
  ['fetch', PROMISE],
  ['Symbol', 'a symbol of its own'],
  ...['setTimeout', 'setInterval', 'setImmediate'].map((name): [string, string] => [name, 'the handle of a timer']),
  ...['all', 'allSettled', 'any', 'race', 'resolve', 'reject', 'try'].map((name): [string, string] => [
    `Promise.${name}`,
    PROMISE,
  ]),
  ['Promise.withResolvers', RESOLVERS],
  ['Proxy.revocable', 'a Proxy'],
  ...['timeout', 'any', 'abort'].map((name): [string, string] => [`AbortSignal.${name}`, 'an AbortSignal']),
  ...['json', 'error', 'redirect'].map((name): [string, string] => [`Response.${name}`, 'a Response']),
  ...['digest', 'encrypt', 'decrypt', 'sign', 'verify', 'generateKey', 'importKey'].map((name): [string, string] => [
    `crypto.subtle.${name}`,
    PROMISE,
  ]),
]);

/** Modules of Node of which each function gives a promise. */
const OF_PROMISES = /^(?:node:)?(?:fs|timers|dns|stream|readline)\/promises$/;

/** Modules of Node whose classes are resources of the process. */
const OF_RESOURCES =
  /^(?:node:)?(?:async_hooks|child_process|crypto|dgram|events|fs|http|http2|https|net|perf_hooks|readline|stream|string_decoder|tls|worker_threads|zlib)$/;

/** Of these modules' functions, those that give such a resource. */
const MAKERS = /^(?:create[A-Z]\w*|connect|request|get|spawn|exec|execFile|fork|watch|watchFile)$/;

export function unstorableOfNode(from: string, name: string, isNew: boolean): string | undefined {
  if (!isNew && OF_PROMISES.test(from)) return PROMISE;
  if (!OF_RESOURCES.test(from)) return undefined;
  if (isNew) return `a ${name} of ${from}`;
  return MAKERS.test(name) ? `what ${name} of ${from} gives` : undefined;
}
