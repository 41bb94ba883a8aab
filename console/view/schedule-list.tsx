/** The schedules of the engine: what each starts, when it starts the next run, and which run was the last. */
import type { ScheduleRow } from '../../lib/cli/engine/answers.ts';
import { scheduleStore } from '../data/schedules-store.ts';
import { whenText } from '../text/when-text.ts';
import { Moment } from './moment.tsx';
import { NamedList, type NamedColumns } from './named-list.tsx';
import { RunLink } from './run-link.tsx';
import { openSchedule, ScheduleDialog } from './schedule-dialog.tsx';
import { SchedulePane } from './schedule-pane.tsx';
import { Status } from './status.tsx';

export function ScheduleList() {
  return (
    <NamedList
      store={scheduleStore}
      title="Schedules"
      one="Schedule"
      columns={COLUMNS}
      none={NONE}
      action={
        <button type="button" class="plain-button" onClick={() => openSchedule({ action: 'create' })}>
          Create a schedule
        </button>
      }
      pane={(name) => <SchedulePane key={name} />}
    >
      <ScheduleDialog />
    </NamedList>
  );
}

const NONE =
  'There are no schedules. Those that are made here, by the client or by the command are listed; those of the stack (addSchedule) are EventBridge’s.';

const COLUMNS: NamedColumns<ScheduleRow> = [
  ['Workflow', ({ workflow }) => workflow],
  ['When', (row) => <code>{whenText(row)}</code>],
  ['Next run', nextRun],
  ['Last run', lastRun],
];

function nextRun({ paused, nextAt }: ScheduleRow) {
  if (paused) return <Status status="paused" />;
  return nextAt === undefined ? <span class="quiet">none any more</span> : <Moment at={nextAt} />;
}

function lastRun({ lastRunId, lastError }: ScheduleRow) {
  return (
    <>
      {lastRunId === undefined ? <span class="quiet">none yet</span> : <RunLink id={lastRunId} />}
      {lastError === undefined ? null : <span class="field-problem"> {lastError}</span>}
    </>
  );
}
