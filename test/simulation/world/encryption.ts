/** The payload key of the cloud: it may be away for a while, and whatever is stored is looked at, whether it is encrypted. */
import { forgetDataKeys } from '../../../lib/encryption/sealing-store.ts';
import type { Store } from '../../../lib/ports/store.ts';
import { aroundStore, type StoreCall } from '../../../lib/testing/around-store.ts';
import { findClear } from '../../encryption/find-clear.ts';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import { RotatingKey } from './rotating-key.ts';
import { rotate } from './rotation.ts';
import type { Table, TableEncryption } from './table.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

const LONGEST_TURN_MS = 15 * 60_000;

export class Encryption implements TableEncryption {
  readonly key = new RotatingKey();
  readonly alwaysThere = this.key.alwaysThere;
  /** A turn that has found the key away may end a while after it is back. */
  #awayUntilMs = -Infinity;
  #timeline: Timeline | undefined;
  readonly #onClear: (call: StoreCall, found: string) => void;

  constructor(onClear: (call: StoreCall, found: string) => void) {
    this.#onClear = onClear;
  }

  get isAway(): boolean {
    return this.#timeline !== undefined && this.#timeline.nowMs <= this.#awayUntilMs;
  }

  around(memory: Store): Store {
    return aroundStore(memory, (call, go) => {
      const found = findClear(call);
      if (found !== undefined) this.#onClear(call, found);
      return go();
    });
  }

  plan({
    timeline,
    faults,
    table,
    startMs,
    weather,
    dice,
    onProblem,
  }: {
    readonly timeline: Timeline;
    readonly faults: Faults;
    readonly table: Table;
    readonly startMs: number;
    readonly weather: Weather;
    readonly dice: Dice;
    readonly onProblem: (problem: string) => void;
  }): void {
    const { payloadKey = { away: [] }, faultsEndAtMs } = weather;
    this.#timeline = timeline;
    payloadKey.away.forEach(({ atMs, forMs }, index) => {
      timeline.at(startMs + atMs, () => {
        if (faults.areOver || !faults.incident('key-away', `key-away #${index + 1}`)) return;
        this.key.isAway = true;
        forgetDataKeys(table.store);
        const untilMs = startMs + Math.min(atMs + forMs, faultsEndAtMs);
        this.#awayUntilMs = Math.max(this.#awayUntilMs, untilMs + LONGEST_TURN_MS);
        timeline.at(untilMs, () => {
          this.key.isAway = false;
        });
      });
    });
    const { rotation } = payloadKey;
    if (rotation === undefined) return;
    const { atMs, diesAfter } = rotation;
    const onDone = (): void => {
      forgetDataKeys(table.store);
      forgetDataKeys(table.seen);
    };
    timeline.at(startMs + atMs, () => {
      if (!faults.incident('rotation', 'rotation')) return;
      void rotate({ timeline, memory: table.memory, key: this.key, dice, diesAfter, onDone, onProblem });
    });
  }
}
