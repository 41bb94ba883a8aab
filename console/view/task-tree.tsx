/** The tasks of a run as a tree: of each, what it waits for in words, and at which line. */
import { countText } from '../text/count.ts';
import { explainAwait, explainWaits } from '../../lib/client/explain-run.ts';
import type { Await, Task, Waits } from '../data/answers.ts';
import { nowMs, timeZone } from '../data/page-state.ts';
import { RunLink } from './run-link.tsx';
import { ValueView } from './value-view.tsx';

export function TaskTree({ waitsFor }: { readonly waitsFor: Waits }) {
  const { omitted = 0 } = waitsFor;
  const rest = omitted > 0 ? <p class="quiet">and {countText(omitted)} more</p> : null;
  if (waitsFor.from === 'journal') {
    return (
      <>
        <ul class="tasks">
          {waitsFor.awaits.map((point, index) => (
            <li key={index}>
              <AwaitLine point={point} />
            </li>
          ))}
        </ul>
        {rest}
        <p class="quiet">This is from its journal alone: {waitsFor.because}</p>
      </>
    );
  }
  return (
    <>
      <Tasks tasks={waitsFor.tasks} />
      {rest}
    </>
  );
}

function Tasks({ tasks }: { readonly tasks: readonly Task[] }) {
  return (
    <ul class="tasks">
      {tasks.map((task) => (
        <li key={task.id}>
          <TaskLine task={task} />
          {task.tasks.length === 0 ? null : <Tasks tasks={task.tasks} />}
        </li>
      ))}
    </ul>
  );
}

function TaskLine({ task }: { readonly task: Task }) {
  const { name, awaits, at, calledFrom = [] } = task;
  const { at: _at, ...placeless } = task;
  const [sentence = ''] = explainWaits({ from: 'code', tasks: [{ ...placeless, tasks: [] }] }, clock());
  return (
    <div class="task">
      <span class="task-name">{name}</span>
      <span class="task-wait">{sentence}</span>
      {at === undefined ? null : <Line at={at} calledFrom={calledFrom} />}
      {awaits.length > 1 ? (
        <details>
          <summary>each of them</summary>
          <ul class="awaits">
            {awaits.map((point, index) => (
              <li key={index}>
                <AwaitLine point={point} />
              </li>
            ))}
          </ul>
        </details>
      ) : (
        awaits.map((point, index) => <AwaitDetails key={index} point={point} />)
      )}
    </div>
  );
}

function AwaitLine({ point }: { readonly point: Await }) {
  return (
    <>
      <span class="task-wait">{explainAwait(point, clock())}</span>
      <AwaitDetails point={point} />
    </>
  );
}

/** What a sentence has no place for. */
function AwaitDetails({ point }: { readonly point: Await }) {
  const other = point.kind === 'run' ? point.runId : point.kind === 'step' ? point.operation?.runId : undefined;
  const details = point.kind === 'step' || point.kind === 'callback' ? point.heartbeat?.details : undefined;
  return (
    <>
      {other === undefined ? null : <RunLink id={other} />}
      {details === undefined ? null : <ValueView value={details} name="heartbeat" />}
    </>
  );
}

/** As in `approval.ts:14`; the whole path, and the lines that led there, under the pointer. */
function Line({ at, calledFrom }: { readonly at: string; readonly calledFrom: readonly string[] }) {
  const short = at.replace(/^.*\//, '').replace(/:(\d+):\d+$/, ':$1');
  return (
    <code class="line" title={[at, ...calledFrom.map((line) => `called from ${line}`)].join('\n')}>
      {short}
    </code>
  );
}

function clock() {
  return { now: new Date(nowMs.value), timeZone };
}
