/** The schedules of the engine: what each starts, when it starts the next run, and which run was the last. */
import { goToNamed, place } from '../data/page-state.ts';
import type { ScheduleRow } from '../../lib/cli/engine/answers.ts';
import { scheduleStore } from '../data/schedules-store.ts';
import { whenText } from '../text/when-text.ts';
import { Moment } from './moment.tsx';
import { RunLink } from './run-link.tsx';
import { openSchedule, ScheduleDialog } from './schedule-dialog.tsx';
import { SchedulePane } from './schedule-pane.tsx';
import { Status } from './status.tsx';

export function ScheduleList() {
  const rows = scheduleStore.rows.value;
  return (
    <>
      <section class="pane list" aria-label="Schedules">
        <div class="view-head">
          <h1>Schedules</h1>
          <button type="button" class="plain-button" onClick={() => openSchedule({ action: 'create' })}>
            Create a schedule
          </button>
        </div>
        {rows === undefined || rows.length === 0 ? (
          <p class="nothing">{rows === undefined ? (scheduleStore.problem.value ?? 'Reading ...') : NONE}</p>
        ) : (
          <div class="table-pane" tabIndex={0} role="region" aria-label={`${rows.length} schedules`} data-own-arrows>
            <table class="named">
              <thead>
                <tr>
                  <th scope="col">Schedule</th>
                  <th scope="col">Workflow</th>
                  <th scope="col">When</th>
                  <th scope="col">Next run</th>
                  <th scope="col">Last run</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <Row key={row.name} row={row} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {place.value.named === undefined ? null : <SchedulePane key={place.value.named} />}
      <ScheduleDialog />
    </>
  );
}

const NONE =
  'There are no schedules. Those that are made here, by the client or by the command are listed; those of the stack (addSchedule) are EventBridge’s.';

function Row({ row }: { readonly row: ScheduleRow }) {
  const { name, workflow, paused, nextAt, lastRunId, lastError } = row;
  const isShown = place.value.named === name;
  return (
    <tr class={isShown ? 'is-shown' : ''}>
      <th scope="row">
        <button
          type="button"
          class="link-button"
          aria-current={isShown ? 'true' : undefined}
          onClick={() => goToNamed('schedules', name)}
        >
          {name}
        </button>
      </th>
      <td>{workflow}</td>
      <td>
        <code>{whenText(row)}</code>
      </td>
      <td>
        {paused ? (
          <Status status="paused" />
        ) : nextAt === undefined ? (
          <span class="quiet">none any more</span>
        ) : (
          <Moment at={nextAt} />
        )}
      </td>
      <td>
        {lastRunId === undefined ? <span class="quiet">none yet</span> : <RunLink id={lastRunId} />}
        {lastError === undefined ? null : <span class="field-problem"> {lastError}</span>}
      </td>
    </tr>
  );
}
