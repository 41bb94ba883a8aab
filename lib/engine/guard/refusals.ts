/**
 * What reaches outside of a run, and is refused in workflow code, with what to do instead.
 *
 * Tested by: test/engine/guard.test.ts
 */
import { CLOCK } from './clock.ts';
import { IN_A_STEP, refused, type StandIn } from './stand-in.ts';

const SLEEP = "use yield* sleep('1s')";
const OTHERS_FIRST = 'use createTask, or yield* sleep(0) to let others go first';
const COLLECTED = 'what the garbage collector has taken differs from run to run';
const MEASURED = 'it differs from worker to worker; measure in a step';
const OF_THE_PROCESS = `it acts on the worker's process, in which other runs are; ${IN_A_STEP}`;
const SAY_IT = 'use log or console, which are silent while the run is replayed';

/** Of globalThis. */
export const REFUSED_GLOBALS = {
  fetch: IN_A_STEP,
  WebSocket: IN_A_STEP,
  EventSource: IN_A_STEP,
  BroadcastChannel: IN_A_STEP,
  setTimeout: SLEEP,
  setInterval: SLEEP,
  setImmediate: SLEEP,
  queueMicrotask: OTHERS_FIRST,
  MessageChannel: OTHERS_FIRST,
  WeakRef: COLLECTED,
  FinalizationRegistry: 'when the garbage collector runs differs from run to run',
  PerformanceMark: CLOCK,
  PerformanceObserver: MEASURED,
} as const;

/** Of objects that everybody shares, by the name under which an error tells of them. */
export const REFUSED_METHODS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  process: {
    ...all(['uptime'], CLOCK),
    ...all(['memoryUsage', 'cpuUsage', 'threadCpuUsage', 'resourceUsage'], MEASURED),
    ...all(['constrainedMemory', 'availableMemory', 'getActiveResourcesInfo'], MEASURED),
    ...all(['_getActiveHandles', '_getActiveRequests'], MEASURED),
    ...all(['exit', 'abort', 'kill', 'reallyExit', '_kill', 'execve'], OF_THE_PROCESS),
    ...all(['chdir', 'umask', 'loadEnvFile', 'dlopen', 'send', 'disconnect'], OF_THE_PROCESS),
    ...all(['setuid', 'setgid', 'seteuid', 'setegid', 'setgroups', 'initgroups'], OF_THE_PROCESS),
    ...all(['setUncaughtExceptionCaptureCallback', 'addUncaughtExceptionCaptureCallback'], OF_THE_PROCESS),
    ...all(['getBuiltinModule', 'binding', '_linkedBinding', 'openStdin'], IN_A_STEP),
    _rawDebug: SAY_IT,
  },
  performance: {
    ...all(['mark', 'measure', 'toJSON'], CLOCK),
    ...all(['timerify', 'eventLoopUtilization', 'markResourceTiming'], MEASURED),
    ...all(['getEntries', 'getEntriesByName', 'getEntriesByType'], MEASURED),
    ...all(['clearMarks', 'clearMeasures', 'clearResourceTimings', 'setResourceTimingBufferSize'], OF_THE_PROCESS),
  },
  Atomics: all(['wait', 'waitAsync'], SLEEP),
  URL: all(['createObjectURL', 'revokeObjectURL'], IN_A_STEP),
};

/** The same for what is read as if it were a value: `process.pid`. */
export const REFUSED_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  process: {
    pid: MEASURED,
    report: MEASURED,
    ...all(['stdout', 'stderr'], SAY_IT),
    stdin: IN_A_STEP,
  },
  performance: { nodeTiming: CLOCK },
  navigator: { hardwareConcurrency: MEASURED, locks: OF_THE_PROCESS },
};

/** Refused under two names, as `process.hrtime` is with `process.hrtime.bigint`. */
function refusedWith(name: string, part: string, advice: string): StandIn {
  return (real, live) => {
    const whole = refused(name, advice)(real, live);
    const partOf = (of: unknown): never => (of as Record<string, never>)[part] as never;
    const guardedPart = refused(`${name}.${part}`, advice)(partOf(real), () => partOf(live()));
    return new Proxy(whole, {
      get: (target, key) => (key === part ? guardedPart : (Reflect.get(target, key) as unknown)),
    });
  };
}

export const hrtime = refusedWith('process.hrtime', 'bigint', CLOCK);
export const memoryUsage = refusedWith('process.memoryUsage', 'rss', MEASURED);
export const abortTimeout = refused('AbortSignal.timeout', "use yield* timeout('1s', ...)");
export const nextTick = refused('process.nextTick', OTHERS_FIRST);

function all(names: readonly string[], advice: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, advice]));
}
