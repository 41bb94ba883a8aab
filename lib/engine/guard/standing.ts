/**
 * Stand-ins that are put in their places once, for good: getters, which cannot be swapped cheaply, and functions that
 * hardly anybody calls. Outside of runs they are what they replaced.
 *
 * Tested by: test/engine/guard.test.ts
 */
import {
  eventTimeStamp,
  intlFormat,
  intlFormatToParts,
  performanceTimeOrigin,
  temporalNow,
  type TemporalNamespace,
} from './clock.ts';
import { current } from './current-run.ts';
import { memoryUsage, REFUSED_METHODS, REFUSED_VALUES } from './refusals.ts';
import { forbidden, mayPass, refused, type Callable, type StandIn } from './stand-in.ts';

interface Standing {
  readonly holder: object;
  readonly key: string;
  readonly standIn: StandIn;
}

/** A property's descriptor, whose functions are called with the holder as `this`. */
type Property = Omit<PropertyDescriptor, 'get' | 'set'> & {
  readonly get?: (this: unknown) => unknown;
  readonly set?: (this: unknown, value: unknown) => void;
};

/** The names of those that cannot be replaced. */
export function frozenPlaces(): string[] {
  return [...functions(), ...getters(), ...values()]
    .filter(({ holder, key }) => Object.getOwnPropertyDescriptor(holder, key)?.configurable === false)
    .map(({ key }) => key);
}

export function putUpForGood(): void {
  for (const { holder, key, standIn } of functions()) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key);
    if (typeof descriptor?.value !== 'function') continue;
    const real = descriptor.value as Callable;
    Object.defineProperty(holder, key, { ...descriptor, value: standIn(real, () => real) });
  }
  for (const { holder, key, standIn } of getters()) {
    const descriptor: Property | undefined = Object.getOwnPropertyDescriptor(holder, key);
    if (descriptor?.get === undefined) continue;
    const { get } = descriptor;
    Object.defineProperty(holder, key, { ...descriptor, get: standIn(get, () => get) });
  }
  for (const { holder, key, name, advice } of values()) putValue(holder, key, { name, advice });
}

function functions(): Standing[] {
  const refusals = Object.entries(REFUSED_METHODS).flatMap(([name, methods]) =>
    Object.entries(methods).map(([key, advice]) => ({
      holder: holderOf(name),
      key,
      standIn: key === 'memoryUsage' ? memoryUsage : refused(`${name}.${key}`, advice),
    })),
  );
  return [
    ...refusals,
    { holder: Intl.DateTimeFormat.prototype, key: 'formatToParts', standIn: intlFormatToParts },
    ...temporalFunctions(),
  ];
}

function temporalFunctions(): Standing[] {
  const { Temporal } = globalThis as { Temporal?: TemporalNamespace };
  if (Temporal === undefined) return [];
  return Object.entries(temporalNow(Temporal)).map(([key, standIn]) => ({ holder: Temporal.Now, key, standIn }));
}

function getters(): Standing[] {
  return [
    { holder: holderOf('performance'), key: 'timeOrigin', standIn: performanceTimeOrigin },
    { holder: Intl.DateTimeFormat.prototype, key: 'format', standIn: intlFormat },
    { holder: Event.prototype, key: 'timeStamp', standIn: eventTimeStamp },
    // A run has none: code that can do without asks for them first.
    ...['localStorage', 'sessionStorage'].map((key) => ({ holder: globalThis, key, standIn: absent })),
  ];
}

const absent: StandIn = (real, live) =>
  new Proxy(real, {
    apply: (_real, self, args) => (current === undefined ? (Reflect.apply(live(), self, args) as unknown) : undefined),
  });

function values(): { holder: object; key: string; name: string; advice: string }[] {
  return Object.entries(REFUSED_VALUES).flatMap(([name, keys]) =>
    Object.entries(keys).map(([key, advice]) => ({ holder: holderOf(name), key, name: `${name}.${key}`, advice })),
  );
}

/** A getter in the place of a value or of a getter; writing it goes on as before. */
function putValue(holder: object, key: string, { name, advice }: { name: string; advice: string }): void {
  const descriptor: Property | undefined = Object.getOwnPropertyDescriptor(holder, key);
  if (descriptor === undefined) return;
  const { get } = descriptor;
  let { value } = descriptor as { value: unknown };
  Object.defineProperty(holder, key, {
    configurable: true,
    enumerable: descriptor.enumerable === true,
    get: function read(this: unknown): unknown {
      if (!mayPass(read)) throw forbidden(read, name, advice);
      return get === undefined ? value : get.call(this);
    },
    set: descriptor.set ?? ((written: unknown) => descriptor.writable === true && (value = written)),
  });
}

/** The object that has the property itself. */
function holderOf(name: string): object {
  if (name === 'performance') return Object.getPrototypeOf(performance) as object;
  if (name === 'navigator') return (globalThis as { Navigator?: { prototype: object } }).Navigator?.prototype ?? {};
  return Reflect.get(globalThis, name) as object;
}
