/** Calls of another run that are answered: queries and updates, each a step of the run that makes it. */
import type { Coroutine } from '../core/awaitable.ts';
import type { QueryOperation, UpdateOperation, UpdateProgress } from '../core/operation.ts';
import type { Call } from './lazy.ts';
import { operate } from './operate.ts';
import { sleep } from './sleep.ts';

export class QueryCall<T> implements Call<T> {
  readonly asked: Omit<QueryOperation, 'kind'>;

  constructor(asked: Omit<QueryOperation, 'kind'>) {
    this.asked = asked;
  }

  start(): Coroutine<T> {
    const { name, args } = this.asked;
    return operate<T>({ kind: 'query', ...this.asked }, name, [args]);
  }
}

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

export class UpdateCall<U> implements Call<U> {
  readonly asked: Omit<UpdateOperation, 'kind' | 'updateId'>;

  constructor(asked: Omit<UpdateOperation, 'kind' | 'updateId'>) {
    this.asked = asked;
  }

  /** The answer is looked for now and then: nothing tells the asking run that it is there. */
  *start(): Coroutine<U> {
    const { name, args } = this.asked;
    let updateId: string | undefined;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const asked = { kind: 'update', ...this.asked, updateId } as const;
      const progress = yield* operate<UpdateProgress>(asked, name, [args]);
      if (progress.kind === 'answered') return progress.value as U;
      ({ updateId } = progress);
      yield* sleep(pauseMs);
    }
  }
}
