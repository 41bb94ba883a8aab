/** Mistakes around cancelling: requests that get lost, and such as are thrown though they were taken back. */
import type { PlantedBug } from './planted-bug.ts';

export const cancelBugs: readonly PlantedBug[] = [
  {
    name: 'a task group that fails swallows the cancel of its task',
    file: 'lib/api/task-group.ts',
    find: `if (this.#parent.cancelling() > 0) this.#parent.cancelAgain();`,
    put: '',
  },
  {
    name: 'a task group leaves its own cancel counted',
    file: 'lib/api/task-group.ts',
    find: `if (this.#parentCancelled && this.#parent.uncancelFromInside() === 0) cancellation = undefined;`,
    put: `if (this.#parentCancelled) cancellation = undefined;`,
  },
  {
    name: 'a saga of which an undo fails swallows the cancel of its task',
    file: 'lib/api/saga.ts',
    find: `if (wasCancelled && task.cancelling() > 0) task.cancelAgain();`,
    put: '',
  },
  {
    name: 'waitFor drops a cancel that comes as the awaited ends',
    file: 'lib/api/wait-for.ts',
    find: `new LimitedCall(timeLimit, awaitable)`,
    put: `new LimitedCall(timeLimit, (function* (): Coroutine<T> {
      try {
        return yield* awaitable;
      } catch (error) {
        const future = awaitable as Partial<Future<T>>;
        if (isCancelled(error) && future.done?.() === true) return future.result?.() as T;
        throw error;
      }
    })())`,
  },
  {
    name: 'uncancel leaves a cancel that was not thrown yet',
    file: 'lib/scheduler/coroutine-task.ts',
    find: `if (this.#cancelRequests === 0) this.#mustCancel = false;`,
    put: '',
  },
  {
    name: 'a second cancel interrupts the clean-up of the first',
    file: 'lib/scheduler/create-live-run.ts',
    find: `|| this.#isBeingCancelled()) return;`,
    put: `) return;`,
  },
  {
    name: 'of limits that are up at the same moment only the first is',
    file: 'lib/scheduler/pending-commands.ts',
    find: `command.owner === undefined ? [id] : this.#dueTogether(command.owner, dueAtMs)`,
    put: `[id]`,
  },
];
