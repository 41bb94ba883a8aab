/**
 * A store whose snapshots are lost, late, stale, of another run, of other code, of another form, or damaged. All else of it is
 * as it was. A snapshot is a cache: no run may go wrong by that.
 */
import type { Encoded } from '../../../lib/core/encoded.ts';
import { SNAPSHOT_KEY_PREFIX } from '../../../lib/ports/run-item.ts';
import type { Store } from '../../../lib/ports/store.ts';
import { StoreUnavailableError } from '../../../lib/ports/world-errors.ts';
import { asOfOtherCode, OTHER_CODE } from './other-code.ts';

interface Dice {
  chance(probability: number): boolean;
  pick<T>(of: readonly T[]): T;
}

/** What was written in one world, and how often each way of spoiling was tried. */
export class SnapshotShelf {
  readonly written: { readonly runId: string; readonly value: Encoded }[] = [];
  readonly spoiled = new Map<string, number>();
  reads = 0;
  bases = 0;
}

const WAYS = [
  'lost',
  'stale',
  'of another run',
  ...OTHER_CODE,
  'of another form',
  'cut off',
  'changed',
  'an error',
] as const;

export function spoilSnapshots(store: Store, dice: Dice, shelf: SnapshotShelf): Store {
  // A base, or an archive, is the one copy of what it has.
  const isSnapshot = (key: string): boolean => key.startsWith(SNAPSHOT_KEY_PREFIX) && !isKept(key);
  const spoiled = Object.create(store) as { -readonly [K in 'putValue' | 'readValue']: Store[K] } & Store;
  spoiled.putValue = async (runId, key, value) => {
    if (key.startsWith(`${SNAPSHOT_KEY_PREFIX}base-`)) shelf.bases += 1;
    if (!isSnapshot(key)) return store.putValue(runId, key, value);
    shelf.written.push({ runId, value });
    if (dice.chance(0.05)) return;
    await store.putValue(runId, key, value);
  };
  spoiled.readValue = async (runId, key) => {
    const value = await store.readValue(runId, key);
    if (!isSnapshot(key)) return value;
    shelf.reads += 1;
    if (value === undefined || !dice.chance(0.3)) return value;
    const way = dice.pick(WAYS);
    shelf.spoiled.set(way, (shelf.spoiled.get(way) ?? 0) + 1);
    return spoil(value as string, way, { runId, dice, shelf });
  };
  return spoiled;
}

function isKept(key: string): boolean {
  return ['base-', 'journal-'].some((kind) => key.startsWith(SNAPSHOT_KEY_PREFIX + kind));
}

function spoil(
  value: string,
  way: (typeof WAYS)[number],
  { runId, dice, shelf }: { readonly runId: string; readonly dice: Dice; readonly shelf: SnapshotShelf },
): Encoded | undefined {
  const own = shelf.written.filter((written) => written.runId === runId);
  const others = shelf.written.filter((written) => written.runId !== runId);
  const [format, head, run] = JSON.parse(value) as [number, object, string];
  switch (way) {
    case 'lost':
      return undefined;
    case 'stale':
      return own[0]?.value;
    case 'of another run':
      return others.length === 0 ? undefined : dice.pick(others).value;
    case 'of other code':
    case 'of other await points':
    case 'of other variables':
    case 'of other captured':
      return JSON.stringify([format, ...asOfOtherCode(way, head, run)]);
    case 'of another form':
      return JSON.stringify([format + 1, head, run]);
    case 'cut off':
      return value.slice(0, value.length / 2);
    case 'changed':
      return JSON.stringify([format, head, `${run.slice(0, 40)}AAAA${run.slice(44)}`]);
    case 'an error':
      throw new StoreUnavailableError('readValue', { cause: new Error('no answer') });
  }
}
