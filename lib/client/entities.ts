/** `client.entity`: finds an entity, and gives its calls. */
import { describeValue } from '../core/describe-value.ts';
import { UnknownEntityError } from '../core/entity-errors.ts';
import {
  type AnyEntity,
  type Entity,
  type EntityClient,
  type EntityDefinition,
  entityOf,
  entityRunId,
  isEntity,
} from '../core/entity.ts';
import { InvalidArgumentError } from '../core/run-errors.ts';
import type { WorkflowRegistry } from '../core/workflow-registry.ts';
import { checkCallOptions, type EntityCall, type EntityCallOptions } from './call-entity.ts';

/** The calls of an entity that is found by its name. */
export type NamedEntityClient = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

/**
 * An entity, by its key: `client.entity(counter, 'a').add(1)` calls a handler, and `.get()` a read. Nothing is written yet.
 * By name it takes an entity that the client's `workflows` have, or raises an UnknownEntityError.
 *
 * A handler is called once, and begins the entity if there is none; calls are carried out in the order in which they were
 * accepted, and what the handler throws is thrown here. Raises an InboxFullError where too many calls wait, a
 * CallCancelledError, and a RunEndedError if the entity's run was terminated. A read wakes no worker, and may be asked of an
 * entity that never was: it answers from `initial`.
 *
 * @example
 * ```ts
 * const cart = entity('cart', {
 *   initial: () => ({ items: [] as string[] }),
 *   handlers: {
 *     add: (state, item: string) => state.items.push(item),
 *   },
 *   reads: { items: (state) => state.items },
 * });
 *
 * const { client } = createTestEngine({ workflows: [cart] });
 * await client.entity(cart, 'ada', { idempotencyKey: 'click-17' }).add('tea'); // => 1
 * await client.entity(cart, 'ada', { idempotencyKey: 'click-17' }).add('tea'); // => 1
 * await client.entity(cart, 'ada').items(); // => ['tea']
 * ```
 */
export interface EntityPort {
  <H>(entity: Entity<H>, key: string, options?: EntityCallOptions): EntityClient<H>;
  (entity: string, key: string, options?: EntityCallOptions): NamedEntityClient;
  /** The names of its handlers and reads. An UnknownEntityError for a name that the client's `workflows` do not have. */
  find(entity: AnyEntity | string): EntityDefinition;
}

export function entityPort(
  make: (call: EntityCall) => Promise<unknown>,
  registry: WorkflowRegistry | undefined,
): EntityPort {
  const open = (entity: AnyEntity | string, key: string, options: EntityCallOptions = {}): NamedEntityClient => {
    const definition = findEntity(registry, entity);
    const runId = entityRunId(definition, key);
    checkCallOptions(options);
    const code = isEntity(entity) ? entity : undefined;
    return toCalls(definition, (name, args) => make({ entity: definition, code, runId, name, args, options }));
  };
  const find = (entity: AnyEntity | string): EntityDefinition => findEntity(registry, entity);
  return Object.assign(open, { find });
}

/** What `client.entity` gives: a function for each handler and each read. */
function toCalls(
  { handlers, reads }: EntityDefinition,
  make: (name: string, args: readonly unknown[]) => Promise<unknown>,
): NamedEntityClient {
  const calls = Object.create(null) as Record<string, NamedEntityClient[string]>;
  for (const name of [...handlers, ...reads]) calls[name] = (...args) => make(name, args);
  return calls;
}

/** An UnknownEntityError for a name that the client's `workflows` do not have. */
function findEntity(registry: WorkflowRegistry | undefined, entity: unknown): EntityDefinition {
  if (isEntity(entity)) return entityOf(entity);
  if (typeof entity !== 'string') {
    throw new InvalidArgumentError(
      `entity() was given ${describeValue(entity)}: give what entity('name', ...) returned, or its name`,
    );
  }
  if (registry === undefined) {
    throw new InvalidArgumentError(
      `entity "${entity}" is not known by its name to a Client without workflows: give it the entity itself, or the ` +
        'workflows, as in new Client({ workflows })',
    );
  }
  const definition = registry.find(entity)?.entity;
  if (definition === undefined) throw new UnknownEntityError(entity, registry.entities());
  return definition;
}
