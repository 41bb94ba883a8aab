/** The handlers of a run's queries: the author's own functions, the one kind of function that is kept here. */
import type { MessageHandlers, QueryHandler } from '../core/message-handlers.ts';

export class Handlers implements MessageHandlers {
  readonly #queries = new Map<string, QueryHandler>();

  setQuery(name: string, handler: QueryHandler): void {
    this.#queries.set(name, handler);
  }

  query(name: string): QueryHandler | undefined {
    return this.#queries.get(name);
  }

  /** In alphabetical order. */
  queryNames(): string[] {
    return [...this.#queries.keys()].sort();
  }
}
