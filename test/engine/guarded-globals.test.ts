/**
 * What Node gives to code that imports nothing, name by name, and what becomes of it in workflow code. What a newer Node
 * adds is not in the list, and fails the first test.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withGuard, type GuardedRun } from '../../lib/engine/guard.ts';
import { BY_PARTS, walkGlobals } from './walk-globals.ts';

interface Verdicts {
  /** Answers from the run. */
  readonly answered?: string;
  /** Throws FORBIDDEN_GLOBAL. */
  readonly refused?: string;
  /** Says nothing while a run replays. */
  readonly quiet?: string;
  /** The same at each replay. */
  readonly harmless?: string;
  /** Differs, or reaches outside, and is not caught: docs/limits.md lists it. */
  readonly unseen?: string;
}

const INTRINSICS = `Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Promise
  RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError
  globalThis JSON ArrayBuffer Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array Float32Array
  Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set WeakMap WeakSet Proxy Reflect
  decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval isFinite isNaN Iterator DisposableStack
  AsyncDisposableStack SharedArrayBuffer`;

const LIST: Readonly<Record<string, Verdicts>> = {
  '': {
    answered: 'Date File localStorage sessionStorage',
    refused: `fetch WebSocket EventSource BroadcastChannel setTimeout setInterval setImmediate queueMicrotask
      MessageChannel WeakRef FinalizationRegistry PerformanceMark PerformanceObserver`,
    harmless: `${INTRINSICS} Math Intl Temporal Atomics console process global Buffer URL URLSearchParams URLPattern
      DOMException QuotaExceededError AbortController AbortSignal Event EventTarget CustomEvent MessageEvent CloseEvent
      ErrorEvent TextEncoder TextDecoder Blob FormData Headers Request Response Performance performance PerformanceEntry
      PerformanceMeasure PerformanceObserverEntryList PerformanceResourceTiming crypto Crypto CryptoKey Navigator navigator
      Storage MessagePort clearImmediate clearInterval clearTimeout structuredClone atob btoa
      ByteLengthQueuingStrategy CountQueuingStrategy`,
    unseen: `SubtleCrypto WebAssembly TransformStream TransformStreamDefaultController WritableStream
      WritableStreamDefaultController WritableStreamDefaultWriter ReadableStream ReadableStreamDefaultReader
      ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableByteStreamController ReadableStreamDefaultController
      TextEncoderStream TextDecoderStream CompressionStream DecompressionStream`,
  },
  process: {
    refused: `env nextTick hrtime uptime pid memoryUsage cpuUsage threadCpuUsage resourceUsage constrainedMemory
      availableMemory getActiveResourcesInfo _getActiveHandles _getActiveRequests exit abort kill reallyExit _kill execve
      chdir umask loadEnvFile dlopen setuid setgid seteuid setegid setgroups initgroups getBuiltinModule binding
      _linkedBinding openStdin _rawDebug stdout stderr stdin report setUncaughtExceptionCaptureCallback
      addUncaughtExceptionCaptureCallback`,
    quiet: 'emitWarning',
    harmless: 'assert hasUncaughtExceptionCaptureCallback',
    unseen: `version versions arch platform release config features moduleLoadList argv argv0 execArgv execPath title
      debugPort ppid cwd getuid geteuid getgid getegid getgroups allowedNodeEnvironmentFlags sourceMapsEnabled
      setSourceMapsEnabled noProcessWarnings exitCode domain ref unref finalization _events _eventsCount _maxListeners
      _exiting _fatalException _tickCallback _debugProcess _debugEnd _startProfilerIdleNotifier
      _stopProfilerIdleNotifier _eval _preload_modules`,
  },
  console: {
    quiet: `log info warn error debug trace dir dirxml table assert clear count countReset group groupCollapsed groupEnd
      time timeEnd timeLog timeStamp profile profileEnd`,
    unseen: 'Console context createTask _stdout _stderr _stdoutErrorHandler _stderrErrorHandler _ignoreErrors _times',
  },
  'Performance#': {
    answered: 'now timeOrigin',
    refused: `mark measure toJSON timerify eventLoopUtilization markResourceTiming getEntries getEntriesByName
      getEntriesByType clearMarks clearMeasures clearResourceTimings setResourceTimingBufferSize nodeTiming`,
    harmless: 'onresourcetimingbufferfull',
  },
  'Crypto#': { answered: 'getRandomValues randomUUID', unseen: 'subtle' },
  'Navigator#': { refused: 'hardwareConcurrency locks', unseen: 'language languages userAgent platform' },
  Date: { answered: 'now', harmless: 'parse UTC' },
  'Date#': {
    harmless: `toISOString toUTCString toGMTString getUTCDate setUTCDate getUTCDay getUTCFullYear setUTCFullYear
      getUTCHours setUTCHours getUTCMilliseconds setUTCMilliseconds getUTCMinutes setUTCMinutes getUTCMonth setUTCMonth
      getUTCSeconds setUTCSeconds valueOf toJSON getTime setTime getMilliseconds setMilliseconds getMinutes setMinutes
      getSeconds setSeconds toTemporalInstant toString toDateString toTimeString getDate setDate getDay getFullYear
      setFullYear getHours setHours getMonth setMonth getYear setYear toLocaleString toLocaleDateString
      toLocaleTimeString`,
    unseen: 'getTimezoneOffset', // and with it the zone in which all of the above answer
  },
  Math: {
    answered: 'random',
    harmless: `abs acos acosh asin asinh atan atanh atan2 ceil cbrt expm1 clz32 cos cosh exp floor fround f16round hypot
      imul log log1p log2 log10 max min pow round sign sin sinh sqrt tan tanh trunc E LN10 LN2 LOG10E LOG2E PI SQRT1_2
      SQRT2`,
  },
  Atomics: {
    refused: 'wait waitAsync',
    harmless: 'load store add sub and or xor exchange compareExchange isLockFree notify pause',
  },
  Intl: {
    harmless: `getCanonicalLocales supportedValuesOf DateTimeFormat NumberFormat Collator PluralRules RelativeTimeFormat
      ListFormat Locale DisplayNames Segmenter DurationFormat`,
  },
  'Intl.DateTimeFormat': { harmless: 'supportedLocalesOf' },
  'Intl.DateTimeFormat#': {
    answered: 'format formatToParts',
    harmless: 'formatRange formatRangeToParts',
    unseen: 'resolvedOptions',
  },
  Temporal: {
    harmless: 'Now PlainDate PlainTime PlainDateTime ZonedDateTime Duration Instant PlainYearMonth PlainMonthDay',
  },
  'Temporal.Now': {
    answered: 'instant zonedDateTimeISO plainDateTimeISO plainDateISO plainTimeISO',
    unseen: 'timeZoneId',
  },
  AbortSignal: { refused: 'timeout', harmless: 'abort any' },
  URL: { refused: 'createObjectURL revokeObjectURL', harmless: 'parse canParse' },
  Buffer: {
    answered: 'allocUnsafe allocUnsafeSlow',
    harmless: 'from copyBytesFrom of alloc isBuffer compare isEncoding concat byteLength poolSize',
  },
  'Event#': {
    refused: 'timeStamp',
    harmless: `initEvent stopImmediatePropagation preventDefault target currentTarget srcElement type cancelable
      defaultPrevented composedPath returnValue bubbles composed eventPhase cancelBubble stopPropagation isTrusted`,
  },
  'File#': { answered: 'lastModified', harmless: 'name' },
};

const verdictOf = new Map(
  Object.entries(LIST).flatMap(([part, verdicts]) =>
    Object.entries(verdicts as Record<string, string>).flatMap(([verdict, names]) =>
      names
        .trim()
        .split(/\s+/)
        .map((name): [string, string] => [pathOf(part, name), verdict]),
    ),
  ),
);

function pathOf(part: string, name: string): string {
  return part === '' || part.endsWith('#') ? part + name : `${part}.${name}`;
}

const here = walkGlobals();

it('each global of this Node is in the list', () => {
  const unknown = here.filter((path) => !verdictOf.has(path));
  const advice =
    `Node ${process.version} has globals that nobody has looked at: ${unknown.join(', ')}. Find out what they do in ` +
    'workflow code. What differs from worker to worker or from replay to replay is answered, refused or silenced in ' +
    'lib/engine/guard/, or listed in docs/limits.md as unseen. Then put them into LIST.';
  expect(unknown, advice).toEqual([]);
});

it('each part that is looked into has verdicts', () => {
  expect(
    Object.keys(LIST)
      .filter((part) => part !== '')
      .toSorted(),
  ).toEqual(BY_PARTS.toSorted());
});

it('what the guard does not see is in docs/limits.md', () => {
  const limits = readFileSync(join(import.meta.dirname, '../../docs/limits.md'), 'utf8');
  const section = limits.slice(limits.indexOf('## What the guard does not see'));
  const unseen = [...verdictOf].filter(([, verdict]) => verdict === 'unseen').map(([path]) => path.replace('#', '.'));
  const missing = unseen.filter((path) => !/(?:^|\.)_/.test(path) && !section.includes(`\`${path}\``));
  expect(missing).toEqual([]);
  expect(section).toContain('names that begin with an underscore');
});

const run: GuardedRun = {
  workflow: 'w',
  startedAtMs: Date.UTC(2030, 0, 1),
  nowMs: () => Date.UTC(2030, 0, 2),
  random: () => 0.5,
  codeLocation: () => 'here',
  replaying: () => true,
};

/** The thing itself, or what its getter answers. */
function reach(path: string): unknown {
  const [holder, name] = path.includes('#')
    ? path.split('#')
    : [/^(.*)\.[^.]+$/.exec(path)?.[1] ?? '', path.replace(/^.*\./, '')];
  const instances: Record<string, () => object> = {
    Performance: () => performance,
    Crypto: () => crypto,
    Navigator: () => (globalThis as unknown as { navigator: object }).navigator,
    Event: () => new Event('x'),
    File: () => new File([], 'x'),
    'Intl.DateTimeFormat': () => new Intl.DateTimeFormat('en', { timeZone: 'UTC' }),
  };
  const of = path.includes('#')
    ? instances[holder!]!()
    : holder!
        .split('.')
        .reduce<unknown>((at, part) => (part === '' ? at : (at as Record<string, unknown>)[part]), globalThis);
  const value = (of as Record<string, unknown>)[name!];
  return typeof value === 'function'
    ? (...args: unknown[]) => (value as (...args: unknown[]) => unknown).apply(of, args)
    : value;
}

const withVerdict = (verdict: string): string[] => here.filter((path) => verdictOf.get(path) === verdict);

describe('in workflow code it is refused:', () => {
  it.each(withVerdict('refused'))('%s', (path) => {
    expect(() =>
      withGuard(run, () => {
        const value = reach(path);
        if (typeof value === 'function') (value as () => unknown)();
        else JSON.stringify(Object.keys(value as object));
      }),
    ).toThrow(expect.objectContaining({ code: 'FORBIDDEN_GLOBAL' }) as Error);
  });

  it.each(['fetch', 'WebSocket', 'WeakRef', 'MessageChannel', 'PerformanceMark'].filter((name) => here.includes(name)))(
    '%s with new',
    (name) => {
      const construct = () =>
        Reflect.construct((globalThis as Record<string, unknown>)[name] as () => void, [{}]) as unknown;
      expect(() => withGuard(run, construct)).toThrow(expect.objectContaining({ code: 'FORBIDDEN_GLOBAL' }) as Error);
    },
  );

  it.each(['process.hrtime.bigint', 'process.memoryUsage.rss'])('%s', (path) => {
    expect(() => withGuard(run, () => (reach(path) as () => unknown)())).toThrow(path);
  });
});

describe('in workflow code the run answers for', () => {
  const answers: Record<string, () => unknown> = {
    Date: () => new Date().getTime() === run.nowMs(),
    'Date.now': () => Date.now() === run.nowMs(),
    File: () =>
      new File([], 'x').lastModified === run.nowMs() && new File([], 'x', { lastModified: 7 }).lastModified === 7,
    'File#lastModified': () => new File([], 'x', { type: 'text/plain' }).lastModified === run.nowMs(),
    localStorage: () => Reflect.get(globalThis, 'localStorage') === undefined,
    sessionStorage: () => Reflect.get(globalThis, 'sessionStorage') === undefined,
    'Performance#now': () => performance.now() === 86_400_000,
    'Performance#timeOrigin': () => performance.timeOrigin === run.startedAtMs,
    'Crypto#getRandomValues': () => String(crypto.getRandomValues(new Uint8Array(3))) === '128,128,128',
    'Crypto#randomUUID': () => crypto.randomUUID() === '80808080-8080-4080-8080-808080808080',
    'Math.random': () => Math.random() === 0.5,
    'Intl.DateTimeFormat#format': () => {
      const formatter = new Intl.DateTimeFormat('en', { timeZone: 'UTC' });
      return (
        formatter.format() === '1/2/2030' && formatter.format(0) === '1/1/1970' && formatter.format === formatter.format
      );
    },
    'Intl.DateTimeFormat#formatToParts': () =>
      new Intl.DateTimeFormat('en', { timeZone: 'UTC' }).formatToParts().at(-1)?.value === '2030',
    'Temporal.Now.instant': () => now('instant') === '2030-01-02T00:00:00Z',
    'Temporal.Now.zonedDateTimeISO': () => now('zonedDateTimeISO', 'UTC') === '2030-01-02T00:00:00+00:00[UTC]',
    'Temporal.Now.plainDateTimeISO': () => now('plainDateTimeISO', 'UTC') === '2030-01-02T00:00:00',
    'Temporal.Now.plainDateISO': () => now('plainDateISO', 'UTC') === '2030-01-02',
    'Temporal.Now.plainTimeISO': () => now('plainTimeISO', 'UTC') === '00:00:00',
    'Buffer.allocUnsafe': () => Buffer.allocUnsafe(4096).every((byte) => byte === 0),
    'Buffer.allocUnsafeSlow': () => Buffer.allocUnsafeSlow(4096).every((byte) => byte === 0),
  };
  const now = (name: string, ...args: unknown[]): string =>
    String((reach(`Temporal.Now.${name}`) as (...args: unknown[]) => unknown)(...args));

  it.each(withVerdict('answered'))('%s', (path) => {
    const answer = answers[path];
    expect(answer, `no question for ${path}`).toBeDefined();
    expect(withGuard(run, answer!)).toBe(true);
  });
});

describe('while a run replays it says nothing:', () => {
  // The console of a test runner has fewer methods than Node's.
  const isHere = (path: string): boolean => typeof reach(path) === 'function';

  it.each(withVerdict('quiet').filter(isHere))('%s', (path) => {
    expect(withGuard(run, () => (reach(path) as (...args: unknown[]) => unknown)('lull'))).toBeUndefined();
  });
});

describe('the guard does not see', () => {
  class Deadline extends Date {}
  const { format } = new Intl.DateTimeFormat('en', { timeZone: 'UTC', year: 'numeric' });

  it('a class that was made from Date before', () => {
    expect(withGuard(run, () => [new Deadline().getFullYear() < 2030, new Deadline(Date.now()).getFullYear()])).toEqual(
      [true, 2030],
    );
  });

  it('a format that was kept before', () => {
    expect(Number(withGuard(run, () => format()))).toBeLessThan(2030);
  });
});
