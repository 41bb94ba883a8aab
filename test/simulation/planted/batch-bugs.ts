/** Mistakes in what a run shows of itself, in batches, and in waiting for a predicate. */
import type { PlantedBug } from './planted-bug.ts';

export const batchBugs: readonly PlantedBug[] = [
  {
    name: 'what a run shows is not written at its end',
    file: 'lib/engine/finish.ts',
    find: `    ...turn.shows(),`,
    put: '',
  },
  {
    name: 'a run shows what it showed before its last record',
    file: 'lib/engine/turn.ts',
    find: `turn.shown = memory.live.shown();`,
    put: `turn.shown ??= memory.live.shown();`,
  },
  {
    name: 'the attributes that code sets take the place of all others',
    file: 'lib/scheduler/shown-by-code.ts',
    find: `const attributes = { ...this.#shown?.attributes, ...changes };`,
    put: `const attributes = { ...changes };`,
  },
  {
    name: 'a batch runs one item more than its limit',
    file: 'lib/api/batch.ts',
    find: `this.running.size < this.plan.limit`,
    put: `this.running.size <= this.plan.limit`,
  },
  {
    name: 'a task goes on though its predicate does not hold',
    file: 'lib/scheduler/waiting-predicates.ts',
    find: `if (waiter.called.done() || !this.#holds(waiter)) continue;`,
    put: `if (waiter.called.done()) continue;`,
  },
];
