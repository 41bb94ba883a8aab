/** What is done to a schedule: started, paused, resumed, backfilled, deleted. */
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import {
  backfillSchedule,
  deleteSchedule,
  pauseSchedule,
  resumeSchedule,
  triggerSchedule,
} from '../data/act-on-schedule.ts';
import { goToRun, goToView, timeZone } from '../data/page-state.ts';
import { lookAtRuns } from '../data/runs-store.ts';
import { scheduleStore } from '../data/schedules-store.ts';
import { AskForm } from './ask-form.tsx';
import { CreateScheduleForm } from './create-schedule-form.tsx';
import { Field } from './dialog.tsx';

type SimpleAction = 'trigger' | 'pause' | 'resume' | 'delete';

type Opened =
  | { readonly action: 'create' }
  | { readonly action: 'backfill'; readonly name: string }
  | { readonly action: SimpleAction; readonly name: string };

const opened = signal<Opened | undefined>(undefined);

export function openSchedule(what: Opened): void {
  opened.value = what;
}

export function ScheduleDialog() {
  const what = opened.value;
  if (what === undefined) return null;
  if (what.action === 'create') return <CreateScheduleForm onClose={close} />;
  if (what.action === 'backfill') return <BackfillForm name={what.name} />;
  return <SimpleForm name={what.name} action={what.action} />;
}

function close(): void {
  opened.value = undefined;
}

function done(): void {
  close();
  scheduleStore.look();
  lookAtRuns();
}

const SIMPLE: Readonly<Record<SimpleAction, { readonly button: string; readonly consequences: readonly string[] }>> = {
  trigger: {
    button: 'Trigger',
    consequences: ['A run is started now, whatever goes on, and also if the schedule is paused.'],
  },
  pause: { button: 'Pause', consequences: ['Nothing is started until the resume. Runs that it has started go on.'] },
  resume: {
    button: 'Resume',
    consequences: ['It goes on. What it missed is made up for if it is late by no more than its catch-up.'],
  },
  delete: {
    button: 'Delete',
    consequences: ['It starts nothing any more, and its name is free. Runs that it has started go on.'],
  },
};

function SimpleForm({ name, action }: { readonly name: string; readonly action: SimpleAction }) {
  const [key] = useState(() => crypto.randomUUID());
  const { button, consequences } = SIMPLE[action];
  const submit = async (): Promise<void> => {
    switch (action) {
      case 'trigger': {
        const id = await triggerSchedule(name, key);
        done();
        goToRun(id);
        return;
      }
      case 'delete':
        await deleteSchedule(name);
        goToView('schedules');
        break;
      case 'pause':
        await pauseSchedule(name);
        break;
      case 'resume':
        await resumeSchedule(name);
        break;
    }
    done();
  };
  return (
    <AskForm
      title={`${button} schedule ${name}`}
      {...{ button, consequences, onSubmit: submit, onClose: close, isDanger: action === 'delete' }}
    />
  );
}

function BackfillForm({ name }: { readonly name: string }) {
  const [since, setSince] = useState('');
  const [until, setUntil] = useState('');
  const [started, setStarted] = useState<readonly string[]>();
  const [key] = useState(() => crypto.randomUUID());
  const submit = async (): Promise<void> => {
    if (started !== undefined) {
      done();
      return;
    }
    const ids = await backfillSchedule(name, { since: toUtc(since), until: toUtc(until) }, key);
    setStarted(ids);
    lookAtRuns();
  };
  const isSpan = since !== '' && until !== '' && since < until;
  return (
    <AskForm
      title={`Backfill schedule ${name}`}
      consequences={[
        'The runs of all its times from the first moment on and before the second one are started at once: 1,000 at most.',
        'A time that has had its run gets no other. What goes on now does not hold them up.',
      ]}
      button={started === undefined ? 'Backfill' : 'Close'}
      isReady={isSpan}
      onSubmit={submit}
      onClose={close}
    >
      <Field label={`From, in ${timeZone}`} type="datetime-local" value={since} onInput={setSince} />
      <Field
        label="Before"
        type="datetime-local"
        value={until}
        onInput={setUntil}
        problem={until !== '' && since !== '' && !isSpan ? 'is not after the first moment' : undefined}
      />
      {started === undefined ? null : (
        <p role="status">
          {started.length === 0
            ? 'No time of it is in this span, or all have had their runs.'
            : `${started.length} started: ${started.slice(0, 3).join(', ')}${started.length > 3 ? ', ...' : ''}`}
        </p>
      )}
    </AskForm>
  );
}

/** What is written is in the zone of the reader. */
function toUtc(local: string): string {
  return new Date(local).toISOString();
}
