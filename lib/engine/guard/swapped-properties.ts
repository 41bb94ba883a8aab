/**
 * Swaps the properties of objects that everybody shares and that tests and libraries replace: console, process.env.
 *
 * Tested by: test/engine/guard.test.ts
 */
import { getRandomValues, random, randomUuid } from './chance.ts';
import { performanceNow } from './clock.ts';
import { guardedEnvironment } from './environment.ts';
import { abortTimeout, hrtime, nextTick } from './refusals.ts';
import { answered, quiet, type Callable, type StandIn } from './stand-in.ts';
import { isWritable } from './swapped-globals.ts';

interface Swap {
  readonly holder: Record<string, unknown>;
  readonly key: string;
  /** As in `Math.random`. */
  readonly name: string;
  readonly inside: unknown;
  outside: unknown;
}

let swaps: readonly Swap[] = [];

export const propertySwap = {
  prepare(): void {
    swaps = [
      ...swapsOf('Math', Math, { random }),
      ...swapsOf('process', process, { nextTick, hrtime, emitWarning: quiet }),
      swapOf('process', process, 'env', (swap) => guardedEnvironment(() => live(swap) as object)),
      ...swapsOf('performance', Object.getPrototypeOf(performance) as object, { now: performanceNow }),
      ...swapsOf('crypto', Object.getPrototypeOf(globalThis.crypto) as object, {
        randomUUID: randomUuid,
        getRandomValues,
      }),
      ...swapsOf('AbortSignal', AbortSignal, { timeout: abortTimeout }),
      // They hand out memory as it is.
      ...swapsOf('Buffer', Buffer, { allocUnsafe: emptyBuffer, allocUnsafeSlow: emptyBuffer }),
      ...swapsOf('console', console, Object.fromEntries(consoleMethods().map((method) => [method, quiet]))),
    ];
  },

  remember(): void {
    for (const swap of swaps) swap.outside = swap.holder[swap.key];
  },

  up(): void {
    for (const swap of swaps) swap.holder[swap.key] = swap.inside;
  },

  down(): void {
    for (const swap of swaps) swap.holder[swap.key] = swap.outside;
  },

  /** The names of those that cannot be replaced. */
  frozen(): string[] {
    return swaps.filter(({ holder, key }) => !isWritable(holder, key)).map(({ name }) => name);
  },

  /** The same as `down`, one by one: some may have been frozen meanwhile. */
  downOneByOne(): void {
    for (const { holder, key, outside } of swaps) Reflect.set(holder, key, outside);
  },
};

const emptyBuffer = answered((size: number) => Buffer.alloc(size));

/** All that writes; what is left out makes another console, or an object for a debugger. */
function consoleMethods(): string[] {
  return Object.keys(console).filter((key) => !LEFT_OUT.test(key) && typeof Reflect.get(console, key) === 'function');
}
const LEFT_OUT = /^(?:Console|context|createTask|_.*)$/;

function swapsOf(holderName: string, holder: object, standIns: Record<string, StandIn>): Swap[] {
  return Object.entries(standIns)
    .filter(([key]) => typeof Reflect.get(holder, key) === 'function')
    .map(([key, standIn]) =>
      swapOf(holderName, holder, key, (swap) => standIn(swap.outside as Callable, () => live(swap) as Callable)),
    );
}

function swapOf(holderName: string, holder: object, key: string, makeInside: (swap: Swap) => unknown): Swap {
  const place = holder as Record<string, unknown>;
  const swap = { holder: place, key, name: `${holderName}.${key}`, inside: undefined as unknown, outside: place[key] };
  swap.inside = makeInside(swap);
  return swap;
}

/** What it is outside of runs, now: a stand-in may have been kept. */
function live({ holder, key, inside, outside }: Swap): unknown {
  const value = holder[key];
  return value === inside ? outside : value;
}
