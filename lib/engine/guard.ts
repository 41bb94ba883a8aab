/**
 * The guard around workflow code: while it runs, and only then, the globals that would make a replay differ answer
 * from the run, and those that reach outside throw.
 *
 * Workflow code runs without a gap, so swapping globals before and after is exact: nobody else can see it. What is
 * imported (`node:fs`) is out of reach here; a lint rule catches it. Keeps I4: a replay does what the first time did.
 */
import { describeCaller } from '../core/call-site.ts';
import { WorkflowCodeError } from '../core/errors.ts';

/** The run that answers. */
export interface Guarded {
  readonly workflow: string;
  readonly startedAtMs: number;
  nowMs(): number;
  random(): number;
  whereabouts(): string;
  /** Silences console. */
  replaying(): boolean;
}

interface Swap {
  readonly target: Record<string, unknown>;
  readonly key: string;
  readonly inside: unknown;
  outside: unknown;
}

let current: Guarded | undefined;

/** Runs workflow code with the guard up. Whatever it throws, the globals are back afterwards. */
export function withGuard<T>(run: Guarded, code: () => T): T {
  const before = current;
  enter(run);
  try {
    return code();
  } finally {
    if (before === undefined) leave();
    else current = before;
  }
}

function enter(run: Guarded): void {
  if (current === undefined) {
    for (const swap of swaps) {
      swap.outside = swap.target[swap.key];
      swap.target[swap.key] = swap.inside;
    }
  }
  current = run;
}

function leave(): void {
  current = undefined;
  for (const swap of swaps) swap.target[swap.key] = swap.outside;
}

/** Runs code of lull's own, a logger's or the console's, with the guard down. */
export function outsideGuard<T>(code: () => T): T {
  const run = current;
  if (run === undefined) return code();
  leave();
  try {
    return code();
  } finally {
    enter(run);
  }
}

// ---- what answers from the run

const RealDate = Date;

function GuardedDate(this: unknown, ...parts: unknown[]): unknown {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- Date() without new gives a text
  if (new.target === undefined) return new RealDate(nowMs()).toString();
  const wanted = parts.length === 0 ? [nowMs()] : parts;
  return Reflect.construct(RealDate, wanted, new.target === (GuardedDate as unknown) ? RealDate : new.target) as Date;
}
Object.setPrototypeOf(GuardedDate, RealDate); // parse, UTC
GuardedDate.prototype = RealDate.prototype; // instanceof holds both ways
Object.defineProperty(GuardedDate, 'name', { value: 'Date' });
Object.defineProperty(GuardedDate, 'length', { value: 7 });
Object.defineProperty(GuardedDate, 'now', { value: nowMs, writable: true, configurable: true });

function nowMs(): number {
  return current === undefined ? RealDate.now() : current.nowMs();
}

function random(): number {
  return current === undefined ? Math.random() : current.random();
}

const byte = (): number => Math.floor(random() * 256);

function getRandomValues<T extends ArrayBufferView>(array: T): T {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  for (let at = 0; at < bytes.length; at++) bytes[at] = byte();
  return array;
}

function randomUuid(): string {
  const bytes = Uint8Array.from({ length: 16 }, byte);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40; // version 4
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80; // RFC 9562's variant
  const hex = Array.from(bytes, (value) => value.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Milliseconds since the run started. */
const performanceNow = (): number => (current === undefined ? 0 : current.nowMs() - current.startedAtMs);

// ---- what throws

/** `below` is the function that the author's code called. */
function forbidden(below: () => never, name: string, advice: string): WorkflowCodeError {
  const run = current;
  return outsideGuard(() => {
    const place = describeCaller(below);
    return new WorkflowCodeError(
      'FORBIDDEN_GLOBAL',
      `${name} was used in workflow "${run?.workflow}", ${run?.whereabouts()}${place === undefined ? '' : ` (at ${place})`}. Workflow code ` +
        `runs again at each replay, so it must not reach outside: ${advice}`,
    );
  });
}

const IN_A_STEP = "put it in a step, as in yield* step('name', () => ...)";
const CLOCK = 'use performance.now(), which answers from the run';
const SLEEP = "use yield* sleep('1s'), or createTask for work beside this";

/** Refuses to be called, and to be called with `new`. */
function throwing(name: string, advice: string): () => never {
  // Not an arrow function, which `new` would refuse with words of its own.
  return function refuse(): never {
    throw forbidden(refuse, `${name}()`, advice);
  };
}

const refuseEnv = (): never => {
  throw forbidden(refuseEnv, 'process.env', `read it in a step, or at the top level of the module, and pass it on`);
};
const envProxy = new Proxy({}, { get: refuseEnv, has: refuseEnv, ownKeys: refuseEnv, set: refuseEnv });

// ---- the console

const LEVELS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'group', 'groupEnd'] as const;

function quietConsole(level: (typeof LEVELS)[number]): (...values: unknown[]) => void {
  return (...values) => {
    if (current?.replaying() === true) return;
    // Node's own console reads process.env, so the guard steps aside.
    outsideGuard(() => {
      // eslint-disable-next-line no-console -- this is the author's own call, passed on
      (console[level] as (...values: unknown[]) => void)(...values);
    });
  };
}

// ---- the list

function swapsOf(target: object, entries: Record<string, unknown>): Swap[] {
  const place = target as Record<string, unknown>;
  return Object.entries(entries)
    .filter(([key]) => key in place)
    .map(([key, inside]) => ({ target: place, key, inside, outside: place[key] }));
}

const swaps: readonly Swap[] = [
  ...swapsOf(globalThis, {
    Date: GuardedDate,
    fetch: throwing('fetch', IN_A_STEP),
    WebSocket: throwing('WebSocket', IN_A_STEP),
    EventSource: throwing('EventSource', IN_A_STEP),
    setTimeout: throwing('setTimeout', SLEEP),
    setInterval: throwing('setInterval', SLEEP),
    setImmediate: throwing('setImmediate', SLEEP),
    queueMicrotask: throwing('queueMicrotask', 'use createTask, or yield* sleep(0) to let others go first'),
    WeakRef: throwing('WeakRef', 'what the garbage collector has taken differs from run to run'),
    FinalizationRegistry: throwing('FinalizationRegistry', 'when the garbage collector runs differs from run to run'),
  }),
  ...swapsOf(Math, { random }),
  ...swapsOf(Object.getPrototypeOf(performance) as object, { now: performanceNow }),
  ...swapsOf(Object.getPrototypeOf(globalThis.crypto) as object, { randomUUID: randomUuid, getRandomValues }),
  ...swapsOf(AbortSignal, { timeout: throwing('AbortSignal.timeout', "use yield* timeout('1s', ...)") }),
  ...swapsOf(process, {
    env: envProxy,
    nextTick: throwing('process.nextTick', 'use createTask, or yield* sleep(0) to let others go first'),
    hrtime: Object.assign(throwing('process.hrtime', CLOCK), { bigint: throwing('process.hrtime.bigint', CLOCK) }),
  }),
  ...swapsOf(console, Object.fromEntries(LEVELS.map((level) => [level, quietConsole(level)]))),
];
