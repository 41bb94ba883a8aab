/** One schedule: how it stands, what it starts, and what can be done with it. */
import { goToRunsOf } from '../data/page-state.ts';
import { scheduleStore, type ShownSchedule } from '../data/schedules-store.ts';
import { took } from '../text/moment.ts';
import { whenText } from '../text/when-text.ts';
import { Moment } from './moment.tsx';
import { NamedPane } from './named-pane.tsx';
import { Fact } from './pane-head.tsx';
import { RunLink } from './run-link.tsx';
import { openSchedule } from './schedule-dialog.tsx';
import { Status } from './status.tsx';
import { ValueView } from './value-view.tsx';

export function SchedulePane() {
  return <NamedPane store={scheduleStore} title="Schedule" facts={facts} actions={actions} details={details} />;
}

const OVERLAPS: Readonly<Record<string, string>> = {
  skip: 'If its last run still goes on, nothing is started.',
  allow: 'If its last run still goes on, another one is started.',
  'cancel-other':
    'If its last run still goes on, that one is asked to stop, and the next one starts when it has ended.',
  'buffer-one': 'If its last run still goes on, the next one starts when it has ended.',
};

function details(shown: ShownSchedule) {
  const { workflow, input, overlap, catchUpMs, lastRunId, lastError, paused, nextAt } = shown;
  return (
    <div class="now">
      {lastError === undefined ? null : (
        <section class="blocked">
          <h2>Its last run could not be started</h2>
          <p class="reason">{lastError}</p>
        </section>
      )}
      <section>
        <h2>When</h2>
        <p>
          <code>{whenText(shown)}</code>
        </p>
        <p>
          {paused ? 'It is paused: it starts nothing until it is resumed.' : null}
          {paused || nextAt === undefined ? null : (
            <>
              The next run starts at <Moment at={nextAt} />, in <Moment at={nextAt} isDistance />.
            </>
          )}
          {!paused && nextAt === undefined ? 'No time comes any more.' : null}
        </p>
        <p>{OVERLAPS[overlap] ?? overlap}</p>
        <p>A time that was missed is made up for if it is late by no more than {took(catchUpMs)}.</p>
      </section>
      <section>
        <h2>Runs</h2>
        {lastRunId === undefined ? (
          <p>It has started none yet.</p>
        ) : (
          <p>
            The last one is <RunLink id={lastRunId} />.{' '}
            <button type="button" class="plain-button" onClick={() => goToRunsOf({ workflow, text: `${shown.name}-` })}>
              All that it has started
            </button>
          </p>
        )}
      </section>
      <section>
        <h2>Input</h2>
        <ValueView value={input} />
      </section>
    </div>
  );
}

function facts({ workflow, paused, createdAt }: ShownSchedule) {
  return (
    <ul class="facts">
      {paused ? (
        <li>
          <Status status="paused" />
        </li>
      ) : null}
      <Fact name="workflow">{workflow}</Fact>
      <Fact name="created">
        <Moment at={createdAt} />
      </Fact>
    </ul>
  );
}

function actions({ name, paused }: ShownSchedule) {
  const names = ['trigger', paused ? 'resume' : 'pause', 'backfill', 'delete'] as const;
  return (
    <div class="actions" role="group" aria-label="Actions">
      {names.map((action) => (
        <button
          key={action}
          type="button"
          class={`plain-button${action === 'delete' ? ' is-danger' : ''}`}
          onClick={() => openSchedule({ action, name })}
        >
          {action.charAt(0).toUpperCase() + action.slice(1)}
        </button>
      ))}
    </div>
  );
}
