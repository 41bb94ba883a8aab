/**
 * The payload key is replaced while runs go on: all that the former key has encrypted is encrypted anew, as `lull reencrypt`
 * does it, with time between what it reads and what it writes; it may die on its way. Then the former key is gone for good.
 */
import { Reencryption, type Reencrypted } from '../../../lib/encryption/reencrypt.ts';
import type { StoreOfSealedItems } from '../../../lib/ports/sealed-items.ts';
import type { Store } from '../../../lib/ports/store.ts';
import type { Dice } from './dice.ts';
import type { RotatingKey } from './rotating-key.ts';
import type { Timeline } from './timeline.ts';

export interface RotationOptions {
  readonly timeline: Timeline;
  readonly memory: Store & StoreOfSealedItems;
  readonly key: RotatingKey;
  readonly dice: Dice;
  /** After so many replacements the first one who does it dies. Undefined: it does not. */
  readonly diesAfter: number | undefined;
  /** The former key is gone: what processes have in memory of it is, too. */
  readonly onDone: () => void;
  readonly onProblem: (problem: string) => void;
}

const AGAIN_MS = 60_000;
/** While a key is away nothing is done. It is never away for so long. */
const MOST_PASSES = 500;

export async function rotate(options: RotationOptions): Promise<void> {
  const { timeline, memory, key, onProblem, onDone } = options;
  key.state = 'both';
  const items = slowly(options);
  for (let passes = 0; passes < MOST_PASSES; passes += 1) {
    const rotation = new Reencryption({ store: memory, items, key, table: 'runs', nowMs: () => timeline.nowMs });
    const met = await lastOf(rotation);
    const isQuiet = met !== undefined && met.rewritten + met.changed === 0;
    if (met !== undefined && met.unreadable > 0 && !key.isAway && isQuiet) {
      onProblem(met.problems[0] ?? 'something cannot be read');
      return;
    }
    if (isQuiet && met.unreadable === 0 && !key.isAway && (await hasOwnDigestKey(rotation))) {
      key.state = 'next';
      onDone();
      return;
    }
    await new Promise((resolve) => void timeline.after(AGAIN_MS, () => resolve(undefined)));
  }
  onProblem(`it is not done after ${MOST_PASSES} passes`);
}

/** Undefined: it has died, or the key was away. */
async function lastOf(rotation: Reencryption): Promise<Reencrypted | undefined> {
  let met: Reencrypted | undefined;
  try {
    for await (const each of rotation.pass()) met = each;
    return met;
  } catch {
    return undefined;
  }
}

/** False: it has died, the key was away, or another one did the same. */
async function hasOwnDigestKey(rotation: Reencryption): Promise<boolean> {
  try {
    return !(await rotation.isDigestKeyFormer()) || (await rotation.renewDigestKey());
  } catch {
    return false;
  }
}

function slowly({ timeline, memory, dice, diesAfter = Infinity }: RotationOptions): StoreOfSealedItems {
  let left = diesAfter;
  const later = <T>(mostMs: number, work: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      timeline.after(dice.next() * mostMs, () => work().then(resolve, reject));
    });
  return {
    listSealed: (cursor) => later(500, () => memory.listSealed(cursor)),
    listDataKeys: () => memory.listDataKeys(),
    deleteLeft: (objects) => memory.deleteLeft(objects),
    replaceSealed: (item, content) => {
      left -= 1;
      if (left === 0) return Promise.reject(new Error('it dies'));
      return later(5_000, () => memory.replaceSealed(item, content));
    },
  };
}
