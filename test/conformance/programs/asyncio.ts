/** CPython's scenarios, each as a workflow whose result is what it logged and how it ended, as asyncio.run gives it. */
import { allTasks, type Coroutine, createTask, currentTask, gather, now, runInfo, workflow } from 'lull';
import { scenarios } from '../../asyncio/scenarios.ts';
import { type Row, type Scenario, show } from '../../asyncio/trace.ts';
import traces from '../../asyncio/traces.json' with { type: 'json' };
import type { Expected, Program } from '../program.ts';

interface Trace {
  readonly trace: readonly Row[];
  readonly returns?: unknown;
  readonly raises?: { readonly error: string };
}

interface Played {
  readonly rows: readonly Row[];
  readonly returns?: unknown;
  readonly raises?: unknown;
}

/** Where asyncio itself raises one of Python's own errors, ours has another class of the same meaning. */
const RAISED_BY_ASYNCIO = ['ValueError', 'RuntimeError'];

export const asyncioPrograms: readonly Program[] = Object.entries(scenarios).map(([name, scenario]) => {
  const { trace, returns, raises } = (traces as unknown as Readonly<Record<string, Trace>>)[name] as Trace;
  const isOwnError = raises !== undefined && !RAISED_BY_ASYNCIO.includes(raises.error);
  return {
    workflow: workflow(`asyncio.${name}`, () => playToTheEnd(scenario)),
    ends: {
      status: 'completed',
      result: {
        rows: trace,
        ...(raises === undefined ? { returns: returns ?? null } : isOwnError ? { raises } : { raises: {} }),
      } as Expected,
    },
    withoutTimes: (result) => {
      const { rows, ...end } = result as Played;
      return { rows: rows.map(([, ...shown]) => shown), ...end };
    },
  };
});

/** As asyncio.run: when the main task has ended, those that are left are cancelled and awaited. */
function* playToTheEnd(scenario: Scenario): Coroutine<Played> {
  const rows: Row[] = [];
  const startedAtMs = runInfo().startedAt.getTime();
  const main = createTask(
    scenario((...values) => rows.push([(now().getTime() - startedAtMs) / 1000, ...values.map(show)])),
    { name: 'main' },
  );
  const end = yield* endOf(main);
  const left = [...allTasks()].filter((task) => task !== currentTask() && !task.done());
  for (const task of left) task.cancel();
  yield* gather(left, { returnExceptions: true });
  return { rows, ...end };
}

function* endOf(main: Coroutine<unknown> | ReturnType<typeof createTask>): Coroutine<Omit<Played, 'rows'>> {
  try {
    return { returns: show(yield* main) };
  } catch (error) {
    return { raises: show(error) };
  }
}
