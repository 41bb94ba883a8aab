/**
 * Things of the engine that have names, such as its schedules: the list of them and the one that is chosen, kept as they are
 * while their view is shown.
 */
import { computed, effect, signal } from '@preact/signals';
import { ask, pathOf, Refused } from './ask.ts';
import { about, place, watched } from './page-state.ts';
import { poll, type Poller } from './poll.ts';

interface Named {
  readonly name: string;
}

export interface NamedStoreOptions<Row extends Named> {
  /** The view that shows them, and what their addresses begin with. */
  readonly view: 'schedules' | 'pools';
  readonly readAll: (stopping: AbortSignal) => Promise<Row[]>;
}

export class NamedStore<Row extends Named, One extends Named> {
  /** By name. Undefined: not read yet. */
  readonly rows = signal<readonly Row[] | undefined>(undefined);
  /** The one that is chosen. */
  readonly one = signal<One | undefined>(undefined);
  readonly problem = signal<string | undefined>(undefined);
  readonly view;
  readonly #readAll;
  readonly #shown;
  #poller: Poller | undefined;

  constructor({ view, readAll }: NamedStoreOptions<Row>) {
    this.view = view;
    this.#readAll = readAll;
    this.#shown = computed(() => (place.value.view === view ? (place.value.named ?? '') : undefined));
    effect(() => {
      const name = this.#shown.value;
      const { isLocal } = about.value;
      this.#poller?.stop();
      this.#poller = undefined;
      if (this.one.peek()?.name !== name) this.one.value = undefined;
      this.problem.value = undefined;
      if (name !== undefined) this.#poller = poll((stopping) => this.#look(name, stopping), { isLocal });
    });
  }

  /** Something is new. */
  look(): void {
    this.#poller?.now();
  }

  async #look(name: string, stopping: AbortSignal): Promise<{ hasMoved: boolean }> {
    const before = JSON.stringify([this.rows.peek(), this.one.peek()]);
    const rows = await watched(this.#readAll(stopping));
    if (name !== this.#shown.peek()) return { hasMoved: false };
    this.rows.value = rows.sort((left, right) => (left.name < right.name ? -1 : 1));
    if (name !== '') await this.#readOne(name, stopping);
    return { hasMoved: before !== JSON.stringify([this.rows.peek(), this.one.peek()]) };
  }

  async #readOne(name: string, stopping: AbortSignal): Promise<void> {
    try {
      const found = await watched(ask<One>(pathOf(this.view, name), { signal: stopping }));
      if (name !== this.#shown.peek()) return;
      this.one.value = found;
      this.problem.value = undefined;
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500 || name !== this.#shown.peek()) throw error;
      this.one.value = undefined;
      this.problem.value = error.message;
    }
  }
}
