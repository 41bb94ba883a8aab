/** Questions to a run, answered from the state of its code. */
import { checkPathName } from '../core/check-name.ts';
import { describeValue } from '../core/describe-value.ts';
import { WorkflowCodeError } from '../core/errors.ts';
import { currentLoop } from '../core/loop.ts';
import type { Query } from '../core/query.ts';

/**
 * Names a question that a run can be asked from outside, with `run.query`. Made once, outside of workflows; inside, `handle`
 * says how the run answers it. Asking writes nothing and takes no turn: the process that is asked replays the run's journal
 * and calls the handler. So a run that is suspended, blocked or has ended answers too. The answer is what has been recorded
 * so far.
 *
 * A handler is a plain function. It may only read: it does not await, and a call that would change the run is a
 * WorkflowCodeError `READ_ONLY`. What it throws is thrown to the caller.
 *
 * @example
 * ```ts
 * const progress = query<number>('progress');
 * const count = workflow('count', function* (to: number) {
 *   let done = 0;
 *   progress.handle(() => done / to);
 *   for (; done < to; done += 1) yield* sleep('1 day');
 * });
 *
 * const engine = createTestEngine({ workflows: [count] });
 * const run = await engine.start(count, 4);
 * await engine.advance('3 days');
 * await run.query(progress); // => 0.75
 * ```
 */
export function query<T, A = void>(name: string): Query<T, A> {
  checkPathName(name, 'a query');
  return new NamedQuery<T, A>(name);
}

class NamedQuery<T, A> implements Query<T, A> {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  handle(answer: (args: A) => T): void {
    const { handlers } = currentLoop(`handle() of query "${this.name}"`);
    if (typeof answer !== 'function') throw notAFunction(this.name, answer);
    handlers.setQuery(this.name, answer);
  }
}

function notAFunction(name: string, answer: unknown): WorkflowCodeError {
  return new WorkflowCodeError(
    'INVALID_ARGUMENT',
    `handle() of query "${name}" was given ${describeValue(answer)}: give a function that computes the answer`,
  );
}
