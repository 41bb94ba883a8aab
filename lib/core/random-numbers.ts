/** Random numbers from words of random bits: the state is in the fields of the subclass. */
import type { RandomSource } from './loop.ts';

export abstract class RandomNumbers implements RandomSource {
  /** The next 32 random bits, as a signed integer. */
  abstract next32(): number;

  /** 0 <= x < 1, with 53 random bits as Math.random has. */
  next(): number {
    return ((this.next32() >>> 5) * 0x400_0000 + (this.next32() >>> 6)) / 2 ** 53;
  }
}
