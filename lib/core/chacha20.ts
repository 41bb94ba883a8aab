/**
 * The keystream of ChaCha20 (RFC 8439), as random words. From some of the words neither earlier nor later ones can be
 * computed; a generator such as sfc32 does not have this property. Changing it changes what running runs replay to.
 */
import { RandomNumbers } from './random-numbers.ts';

const WORDS = 16;
const DOUBLE_ROUNDS = 10;

/** The words of the keystream in order, with nonce 0. */
export class ChaCha20 extends RandomNumbers {
  /** Constants, key, counter, nonce. `next32` increments the counter with each block. */
  readonly #state: Int32Array;
  /** The block of the keystream that is being handed out. */
  readonly #block = new Int32Array(WORDS);
  /** The next word of the block; at its end the next call makes a new block. */
  #at = WORDS;

  /** The key has 32 bytes. */
  constructor(key: Uint8Array) {
    super();
    this.#state = initialState(key);
  }

  override next32(): number {
    if (this.#at === WORDS) {
      fillBlock(this.#block, this.#state);
      this.#at = 0;
    }
    const word = this.#block[this.#at] as number;
    this.#at += 1;
    return word;
  }
}

function initialState(key: Uint8Array): Int32Array {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const state = new Int32Array(WORDS);
  state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]); // "expand 32-byte k"
  for (let word = 0; word < 8; word += 1) state[4 + word] = view.getInt32(4 * word, true);
  return state;
}

/** The next block, and the counter of the state goes on. 2^32 blocks are more than any run draws. */
function fillBlock(block: Int32Array, state: Int32Array): void {
  block.set(state);
  for (let round = 0; round < DOUBLE_ROUNDS; round += 1) {
    quarterRound(block, 0, 4, 8, 12);
    quarterRound(block, 1, 5, 9, 13);
    quarterRound(block, 2, 6, 10, 14);
    quarterRound(block, 3, 7, 11, 15);
    quarterRound(block, 0, 5, 10, 15);
    quarterRound(block, 1, 6, 11, 12);
    quarterRound(block, 2, 7, 8, 13);
    quarterRound(block, 3, 4, 9, 14);
  }
  for (let word = 0; word < WORDS; word += 1) block[word] = (block[word] as number) + (state[word] as number);
  state[12] = (state[12] as number) + 1;
}

function quarterRound(block: Int32Array, one: number, two: number, three: number, four: number): void {
  let a = block[one] as number;
  let b = block[two] as number;
  let c = block[three] as number;
  let d = block[four] as number;
  a = (a + b) | 0;
  d = rotated(d ^ a, 16);
  c = (c + d) | 0;
  b = rotated(b ^ c, 12);
  a = (a + b) | 0;
  d = rotated(d ^ a, 8);
  c = (c + d) | 0;
  b = rotated(b ^ c, 7);
  block[one] = a;
  block[two] = b;
  block[three] = c;
  block[four] = d;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
