/** The handlers of a run's queries and updates, by name: they hold the author's own functions. */
import type { MessageHandlers, QueryHandler, UpdateGate, UpdateTask } from '../core/message-handlers.ts';

export class Handlers implements MessageHandlers {
  gate: UpdateGate | undefined;
  readonly #queries = new Map<string, QueryHandler>();
  readonly #updates = new Map<string, UpdateTask>();

  setQuery(name: string, handler: QueryHandler): void {
    this.#queries.set(name, handler);
  }

  setUpdate(name: string, handler: UpdateTask): void {
    this.#updates.set(name, handler);
  }

  query(name: string): QueryHandler | undefined {
    return this.#queries.get(name);
  }

  update(name: string): UpdateTask | undefined {
    return this.#updates.get(name);
  }

  /** In alphabetical order. */
  queryNames(): string[] {
    return [...this.#queries.keys()].sort();
  }
}
