/**
 * What tells the time: in workflow code it tells the run's.
 *
 * Tested by: test/engine/guard.test.ts
 */
import { current } from './current-run.ts';
import { answered, forbidden, mayPass, type Callable, type StandIn } from './stand-in.ts';

export const CLOCK = 'use now(), Date.now() or performance.now(), which answer from the run';

/** Without a run: the machine's, from a Date that nothing else can replace. */
const machineNowMs = Date.now;
const nowMs = (): number => current?.nowMs() ?? machineNowMs();

/** Not a Proxy: `new Date(0)` has to be fast. It shares its prototype with the real one, so instanceof holds both ways. */
export const guardedDate: StandIn = (realFunction, live) => {
  const RealDate = realFunction as unknown as DateConstructor;

  function GuardedDate(this: unknown, ...parts: unknown[]): unknown {
    const Constructor = current === undefined ? (live() as unknown as DateConstructor) : RealDate;
    const wanted = current !== undefined && parts.length === 0 ? [nowMs()] : parts;
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- Date() without new gives a text
    if (new.target === undefined) return current === undefined ? Constructor() : new RealDate(nowMs()).toString();
    const target = new.target === (GuardedDate as unknown) ? Constructor : new.target;
    return Reflect.construct(Constructor, wanted, target) as Date;
  }
  Object.setPrototypeOf(GuardedDate, RealDate); // parse, UTC
  GuardedDate.prototype = RealDate.prototype;
  Object.defineProperty(GuardedDate, 'name', { value: 'Date' });
  Object.defineProperty(GuardedDate, 'length', { value: 7 });
  const now = (): number => (current === undefined ? (live() as unknown as DateConstructor).now() : nowMs());
  Object.defineProperty(GuardedDate, 'now', { value: now, writable: true, configurable: true });
  return GuardedDate;
};

/** A file is as old as the run says, unless the code says how old it is. */
export const guardedFile: StandIn = (real, live) => {
  const guarded: Callable = new Proxy(real, {
    construct: (_real, args: unknown[], newTarget) => {
      const constructed = live();
      const [parts, name, options] = args;
      const dated =
        current === undefined || args.length < 2
          ? args
          : [parts, name, { lastModified: nowMs(), ...(options as object | undefined) }];
      return Reflect.construct(constructed, dated, newTarget === guarded ? constructed : newTarget) as object;
    },
  });
  return guarded;
};

/** Milliseconds since the run started. */
export const performanceNow = answered(() => nowMs() - (current?.startedAtMs ?? 0));

export const performanceTimeOrigin = answered(() => current?.startedAtMs ?? 0);

/** `new Event('x').timeStamp` is of when it was made, which the run does not know. */
export const eventTimeStamp: StandIn = (real, live) =>
  new Proxy(real, {
    apply: function apply(_real, self, args): unknown {
      if (!mayPass(apply)) throw forbidden(apply, 'the timeStamp of an Event', CLOCK);
      return Reflect.apply(live(), self, args);
    },
  });

type Format = (date?: Date | number) => unknown;

/** The getter gives a function that is bound to its formatter. */
export const intlFormat: StandIn = (real, live) => {
  const bound = new WeakMap<Format, Format>();
  return new Proxy(real, {
    apply: (_real, self, args) => {
      const format = Reflect.apply(live(), self, args) as Format;
      if (current === undefined) return format;
      const known = bound.get(format);
      if (known !== undefined) return known;
      const guarded: Format = (date) => format(date === undefined && current !== undefined ? nowMs() : date);
      bound.set(format, guarded);
      return guarded;
    },
  });
};

export const intlFormatToParts: StandIn = (real, live) =>
  new Proxy(real, {
    apply: (_real, self, [date]: [date?: unknown]) =>
      Reflect.apply(live(), self, [date === undefined && current !== undefined ? nowMs() : date]) as unknown,
  });

/** As far as it is needed: TypeScript's library has no Temporal yet. */
interface ZonedDateTime {
  toPlainDateTime(): unknown;
  toPlainDate(): unknown;
  toPlainTime(): unknown;
}
export interface TemporalNamespace {
  readonly Now: { timeZoneId(): string };
  readonly Instant: { fromEpochMilliseconds(ms: number): { toZonedDateTimeISO(zone: unknown): ZonedDateTime } };
}

/** The functions of Temporal.Now; which zone the machine is in, it goes on telling. */
export function temporalNow({ Now, Instant }: TemporalNamespace): Record<string, StandIn> {
  const instant = () => Instant.fromEpochMilliseconds(nowMs());
  const zoned = (zone: unknown = Now.timeZoneId()): ZonedDateTime => instant().toZonedDateTimeISO(zone);
  return {
    instant: answered(instant),
    zonedDateTimeISO: answered(zoned),
    plainDateTimeISO: answered((zone?: unknown) => zoned(zone).toPlainDateTime()),
    plainDateISO: answered((zone?: unknown) => zoned(zone).toPlainDate()),
    plainTimeISO: answered((zone?: unknown) => zoned(zone).toPlainTime()),
  };
}
