/** Mistakes around the calls of entities. */
import type { PlantedBug } from './planted-bug.ts';

export const entityBugs: readonly PlantedBug[] = [
  {
    name: 'an entity takes the next call while a handler waits',
    file: 'lib/api/running-entity.ts',
    find: `this.#gate.isOpen = false;`,
    put: ``,
  },
  {
    name: 'an entity loses its state where it continues as new',
    file: 'lib/api/running-entity.ts',
    find: `yield* continueFrom(this.#kept.kind === 'none' ? NEW_ENTITY : { state: this.state() });`,
    put: `yield* continueFrom(NEW_ENTITY);`,
  },
  {
    name: 'a handler that throws leaves the state changed',
    file: 'lib/api/running-entity.ts',
    find: `    try {
      this.checkHas(name);
      const state = this.state();`,
    put: `    const state = this.state();
    try {
      this.checkHas(name);`,
    also: {
      find: `outcome = { error: this.#storable(thrown, what) };`,
      put: `outcome = { ...this.#changeTo(state, what), error: this.#storable(thrown, what) };`,
    },
  },
  {
    name: 'what is recorded of a call is not used when it is replayed',
    file: 'lib/api/running-entity.ts',
    find: `const { answer, error, ends, ...changed } = yield* this.#record(name, yield* this.#outcomeOf(name, args));`,
    put: `const own = yield* this.#outcomeOf(name, args);
    yield* this.#record(name, own);
    const { answer, error, ends, ...changed } = own;`,
  },
  {
    name: 'a call is sent again under another id when its caller had no answer',
    file: 'lib/client/call-entity.ts',
    find: `const prepared = await prepareUpdate(ports, { name }, args, { idempotencyKey });`,
    put: `const prepared = await prepareUpdate(ports, { name }, args, idempotencyKey === '' ? { idempotencyKey } : {});`,
  },
];
