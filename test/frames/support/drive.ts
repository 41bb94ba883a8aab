/** Ways to drive a generator, and what comes out of it: natively, or compiled and stored at every yield. */
import type { Realm } from './realm.ts';

export interface Drive {
  readonly sends: 'tens' | 'nothing';
  /** At the resumption of this number (from 1 on) it gets that instead. */
  readonly interrupt?: { readonly at: number; readonly by: 'throw' | 'return' };
}

/** No program runs longer. */
const MAX_RESUMPTIONS = 60;

export const describeDrive = ({ sends, interrupt }: Drive): string =>
  `next(${sends === 'tens' ? 'i * 10' : ''})${interrupt === undefined ? '' : `, ${interrupt.by} at ${interrupt.at}`}`;

/** All drives of a program that yields so often when it is left alone. */
export function drivesOf(yields: number, limit = 12): Drive[] {
  const at = Array.from({ length: Math.min(yields + 1, limit) }, (_, index) => index + 1);
  return [
    { sends: 'tens' },
    { sends: 'nothing' },
    ...at.map((one): Drive => ({ sends: 'tens', interrupt: { at: one, by: 'throw' } })),
    ...at.map((one): Drive => ({ sends: 'tens', interrupt: { at: one, by: 'return' } })),
  ];
}

export interface Outcome {
  readonly trace: readonly string[];
  readonly yields: number;
  readonly roundTrips: number;
  readonly bytes: number;
  /** Why it could not be stored, where it could not. */
  readonly refusals: readonly string[];
}

interface Place extends Pick<Realm, 'main' | 'show'> {
  readonly store?: Realm['store'];
}

/** `next` gives the place where a generator that was stored goes on; without it, nothing is stored. */
export function drive(how: Drive, begin: (log: string[]) => Place, next?: (log: string[]) => Realm): Outcome {
  const trace: string[] = [];
  let place = begin(trace);
  let generator = place.main(10);
  let yields = 0;
  let roundTrips = 0;
  let bytes = 0;
  const refusals: string[] = [];
  for (let at = 0; at < MAX_RESUMPTIONS; at += 1) {
    if (next !== undefined && place.store !== undefined) {
      const stored = place.store(generator);
      if (stored.kind === 'refused') {
        refusals.push(`${stored.path} ${stored.reason}`);
      } else {
        const other = next(trace);
        const loaded = other.load(new Uint8Array(stored.bytes));
        if (loaded.kind === 'refused') {
          trace.push(`not loaded: ${loaded.reason}`);
          break;
        }
        generator = loaded.value as typeof generator;
        place = other;
        roundTrips += 1;
        bytes = Math.max(bytes, stored.bytes.byteLength);
      }
    }
    let result: IteratorResult<unknown, unknown>;
    try {
      result = resume(generator, how, at);
    } catch (error) {
      trace.push(`throws ${place.show(error)}`);
      break;
    }
    trace.push(`${result.done === true ? 'returns' : 'yields'} ${place.show(result.value)}`);
    if (result.done === true) {
      trace.push(`then ${place.show(generator.next(1))}`);
      break;
    }
    yields += 1;
  }
  return { trace, yields, roundTrips, bytes, refusals };
}

function resume(
  generator: Generator<unknown, unknown, unknown>,
  how: Drive,
  at: number,
): IteratorResult<unknown, unknown> {
  if (how.interrupt?.at === at + 1) return generator[how.interrupt.by](`interrupt ${at}`);
  return generator.next(how.sends === 'tens' ? at * 10 : undefined);
}
