/**
 * Swaps the properties of globalThis. Each is written with its name: V8 takes 5 ns for that, and 200 for a name in a
 * variable, and this is done twice for each event of a run.
 *
 * Tested by: test/engine/guard.test.ts
 */
import { guardedDate, guardedFile } from './clock.ts';
import { REFUSED_GLOBALS } from './refusals.ts';
import { refused, type Callable, type StandIn } from './stand-in.ts';

type GlobalName = 'Date' | 'File' | keyof typeof REFUSED_GLOBALS;
type Globals = Record<GlobalName, unknown>;

const STAND_INS: Readonly<Record<GlobalName, StandIn>> = {
  Date: guardedDate,
  File: guardedFile,
  ...(Object.fromEntries(
    Object.entries(REFUSED_GLOBALS).map(([name, advice]) => [name, refused(name, advice)]),
  ) as Record<keyof typeof REFUSED_GLOBALS, StandIn>),
};

const world = globalThis as unknown as Globals;
const names = Object.keys(STAND_INS) as GlobalName[];
const inside = {} as Globals;
const outside = {} as Globals;
/** Of this version of Node. */
const has = {} as Record<GlobalName, boolean>;
const prototypes = { Date: Date.prototype, File: undefined as object | undefined };

export const globalSwap = {
  prepare(): void {
    for (const name of names) {
      has[name] = typeof world[name] === 'function';
      outside[name] = world[name];
      if (has[name]) inside[name] = STAND_INS[name](world[name] as Callable, () => live(name));
    }
    if (has.File) prototypes.File = (world.File as { prototype: object }).prototype;
  },

  remember(): void {
    readAll();
  },

  up(): void {
    writeAll(inside);
  },

  down(): void {
    writeAll(outside);
  },

  /** The names of those that cannot be replaced. */
  frozen(): string[] {
    return names.filter((name) => has[name] && !isWritable(globalThis, name));
  },

  /** The same as `down`, one by one: some may have been frozen meanwhile. */
  downOneByOne(): void {
    for (const name of names) if (has[name]) Reflect.set(globalThis, name, outside[name]);
    for (const name of ['Date', 'File'] as const) {
      if (prototypes[name] !== undefined) Reflect.set(prototypes[name], 'constructor', outside[name]);
    }
  },
};

/** What it is outside of runs, now: a stand-in may have been kept. */
function live(name: GlobalName): Callable {
  const value = world[name];
  return (value === inside[name] ? outside[name] : value) as Callable;
}

export function isWritable(holder: object, name: string): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(holder, name);
  if (descriptor === undefined) return Object.isExtensible(holder);
  return descriptor.writable === true || descriptor.set !== undefined;
}

function readAll(): void {
  outside.Date = world.Date;
  outside.File = world.File;
  outside.fetch = world.fetch;
  outside.WebSocket = world.WebSocket;
  outside.EventSource = world.EventSource;
  outside.BroadcastChannel = world.BroadcastChannel;
  outside.setTimeout = world.setTimeout;
  outside.setInterval = world.setInterval;
  outside.setImmediate = world.setImmediate;
  outside.queueMicrotask = world.queueMicrotask;
  outside.MessageChannel = world.MessageChannel;
  outside.WeakRef = world.WeakRef;
  outside.FinalizationRegistry = world.FinalizationRegistry;
  outside.PerformanceMark = world.PerformanceMark;
  outside.PerformanceObserver = world.PerformanceObserver;
}

function writeAll(values: Globals): void {
  if (has.Date) world.Date = values.Date;
  if (has.File) world.File = values.File;
  if (has.fetch) world.fetch = values.fetch;
  if (has.WebSocket) world.WebSocket = values.WebSocket;
  if (has.EventSource) world.EventSource = values.EventSource;
  if (has.BroadcastChannel) world.BroadcastChannel = values.BroadcastChannel;
  if (has.setTimeout) world.setTimeout = values.setTimeout;
  if (has.setInterval) world.setInterval = values.setInterval;
  if (has.setImmediate) world.setImmediate = values.setImmediate;
  if (has.queueMicrotask) world.queueMicrotask = values.queueMicrotask;
  if (has.MessageChannel) world.MessageChannel = values.MessageChannel;
  if (has.WeakRef) world.WeakRef = values.WeakRef;
  if (has.FinalizationRegistry) world.FinalizationRegistry = values.FinalizationRegistry;
  if (has.PerformanceMark) world.PerformanceMark = values.PerformanceMark;
  if (has.PerformanceObserver) world.PerformanceObserver = values.PerformanceObserver;
  // So that date.constructor is Date: libraries tell types by it.
  prototypes.Date.constructor = values.Date as Callable;
  if (prototypes.File !== undefined) prototypes.File.constructor = values.File as Callable;
}
