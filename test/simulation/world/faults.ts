/**
 * What goes wrong, and how often. Each fault that happens has a name that says what, where and the how manyeth time, so
 * that a smaller run of the same seed can be told which of them to keep.
 */
import { type Dice, hashText, mix } from './dice.ts';

/** Probabilities, each for one occasion: a call, an answer, a wake, a body. */
export interface FaultRates {
  /** The process dies when it is about to make a call. */
  readonly dieBefore: number;
  /** The process dies when its call was carried out, before it has the answer. */
  readonly dieAfter: number;
  /** The process stands still when it is about to make a call, and goes on as if nothing had been. */
  readonly freeze: number;
  /** The call is not carried out, and is reported as failed. */
  readonly requestLost: number;
  /** The call is carried out, and is reported as failed. */
  readonly answerLost: number;
  /** The call is carried out twice, as by an SDK that tries again: the second answer is the one that is seen. */
  readonly sentTwice: number;
  /** The call is reported as failed, and carried out much later. */
  readonly carriedOutLater: number;
  /** The request of a transaction is sent again and refused, and then the first one arrives, whose condition is met. */
  readonly overtaken: number;
  /** The answer takes as long as a lease. */
  readonly slow: number;
  /** Of a call that writes several items, only some are written, and it is reported as failed. */
  readonly half: number;
  /** A wake is lost. */
  readonly wakeLost: number;
  readonly wakeRepeated: number;
  /** A wake is delivered late: wakes overtake each other. */
  readonly wakeLate: number;
  /** An index shows what was a while ago. */
  readonly indexBehind: number;
  /** A step's body kills its worker, or hangs, or fails although it has done its work. */
  readonly bodyDies: number;
  readonly bodyHangs: number;
  readonly bodyFails: number;
}

export type FaultKind = keyof FaultRates;

export const NO_FAULTS: FaultRates = {
  dieBefore: 0,
  dieAfter: 0,
  freeze: 0,
  requestLost: 0,
  answerLost: 0,
  sentTwice: 0,
  carriedOutLater: 0,
  overtaken: 0,
  slow: 0,
  half: 0,
  wakeLost: 0,
  wakeRepeated: 0,
  wakeLate: 0,
  indexBehind: 0,
  bodyDies: 0,
  bodyHangs: 0,
  bodyFails: 0,
};

export const FAULT_KINDS = Object.keys(NO_FAULTS) as readonly FaultKind[];

const KEYS = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, hashText(kind)])) as Record<FaultKind, number>;

/** An occasion for faults: the `count`th time that this is done. */
export interface Occasion {
  readonly what: string;
  readonly count: number;
  readonly key: number;
}

export class Faults {
  readonly #rates: FaultRates;
  readonly #dice: Dice;
  readonly #kept: ReadonlySet<string> | undefined;
  readonly #occasions = new Map<string, number>();
  /** Names of those that happened, in order. */
  readonly happened: string[] = [];
  readonly counts = new Map<string, number>();
  /** From some time on nothing goes wrong any more. */
  areOver = false;

  constructor(rates: FaultRates, dice: Dice, kept?: ReadonlySet<string>) {
    this.#rates = rates;
    this.#dice = dice;
    this.#kept = kept;
  }

  occasion(what: string): Occasion {
    const count = (this.#occasions.get(what) ?? 0) + 1;
    this.#occasions.set(what, count);
    return { what, count, key: mix(hashText(what), count) };
  }

  /** `times` as often as its rate says, for what is done so seldom that it would go wrong never. */
  happens(kind: FaultKind, occasion: Occasion, times = 1): boolean {
    const rate = this.#rates[kind] * times;
    if (rate === 0 || this.areOver || this.#dice.roll(mix(occasion.key, KEYS[kind])) >= rate) return false;
    return this.incident(kind, `${kind} at ${occasion.what} #${occasion.count}`);
  }

  /** Something that was planned to go wrong; says whether it is to. */
  incident(kind: string, name: string): boolean {
    if (this.#kept !== undefined && !this.#kept.has(name)) return false;
    this.happened.push(name);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return true;
  }

  /** How much, how long: 0 <= x < 1, the same for the same occasion and name. */
  roll(occasion: Occasion, name: string): number {
    return this.#dice.roll(mix(occasion.key, hashText(name)));
  }
}
