/**
 * Chance that a seed decides. A roll belongs to its key, not to its turn: leaving one thing out changes no other roll,
 * which is what makes a failing seed small.
 */

/** Two words of 32 bits made one, each bit of which depends on all bits of both (MurmurHash3's last steps). */
export function mix(a: number, b: number): number {
  let hash = (a ^ Math.imul(b, 0x9e3779b1)) + 0x7f4a7c15;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** FNV-1a. */
export function hashText(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

export class Dice {
  readonly #seed: number;
  #drawn = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Dice of their own, the same whatever was drawn from these. */
  named(name: string | number): Dice {
    return new Dice(mix(this.#seed, typeof name === 'number' ? name : hashText(name)));
  }

  /** 0 <= x < 1, always the same for the same key. */
  roll(key: number): number {
    return mix(this.#seed, key) / 2 ** 32;
  }

  // ---- one after the other

  /** 0 <= x < 1. */
  next(): number {
    this.#drawn += 1;
    return mix(mix(this.#seed, 0x5eed), this.#drawn) / 2 ** 32;
  }

  /** A whole number, 0 <= n < limit. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** A whole number, both ends included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** A number whose logarithm is drawn evenly: as often between 1 and 10 as between 10 and 100. */
  magnitude(from: number, to: number): number {
    return from * (to / from) ** this.next();
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** The names have weights: `{ often: 3, seldom: 1 }`. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const names = Object.keys(weights) as K[];
    let left = this.next() * names.reduce((sum, name) => sum + weights[name], 0);
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    return names[names.length - 1] as K;
  }
}
