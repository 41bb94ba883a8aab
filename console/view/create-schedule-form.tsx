/** Creates a schedule. */
import { useState } from 'preact/hooks';
import { createSchedule } from '../data/act-on-schedule.ts';
import { goToNamed, timeZone } from '../data/page-state.ts';
import { scheduleStore } from '../data/schedules-store.ts';
import { workflows } from '../data/workflows-store.ts';
import { AskForm } from './ask-form.tsx';
import { Choice, Field } from './dialog.tsx';
import { InputEditor, useInput } from './input-editor.tsx';

const OVERLAPS = ['skip', 'allow', 'cancel-other', 'buffer-one'] as const;

export function CreateScheduleForm({ onClose }: { readonly onClose: () => void }) {
  const [written, setWritten] = useState<Written>({
    ...{ name: '', workflow: '', schedule: '', timezone: timeZone, overlap: 'skip', catchUp: '' },
  });
  const { name, schedule, timezone, overlap, catchUp } = written;
  const workflow = written.workflow === '' ? (workflows.value[0] ?? '') : written.workflow;
  const draft = useInput(workflow, undefined);
  const submit = async (): Promise<void> => {
    const { value, problems } = draft.read();
    if (problems.length > 0) return;
    const rest = catchUp === '' ? {} : { catchUp };
    await draft.send(() => createSchedule({ name, workflow, schedule, timezone, overlap, input: value, ...rest }));
    onClose();
    scheduleStore.look();
    goToNamed('schedules', name);
  };
  return (
    <AskForm
      title="Create a schedule"
      consequences={[
        'It starts a run of the workflow at each of its times, with this input, until it is paused or deleted.',
        'If there is a schedule of that name with the same values, nothing changes; with others it is refused.',
      ]}
      button="Create"
      isReady={name !== '' && workflow !== '' && schedule !== ''}
      onSubmit={submit}
      onClose={onClose}
    >
      <Fields
        written={{ ...written, workflow }}
        onWrite={(change) => {
          setWritten({ ...written, ...change });
          draft.forgetRefusals();
        }}
      />
      <InputEditor workflow={workflow} label="Input" draft={draft} />
    </AskForm>
  );
}

interface Written {
  readonly name: string;
  readonly workflow: string;
  readonly schedule: string;
  readonly timezone: string;
  readonly overlap: string;
  readonly catchUp: string;
}

function Fields({
  written,
  onWrite,
}: {
  readonly written: Written;
  readonly onWrite: (change: Partial<Written>) => void;
}) {
  const { name, workflow, schedule, timezone, overlap, catchUp } = written;
  return (
    <>
      <Field label="Name" value={name} onInput={(text) => onWrite({ name: text })} placeholder="nightly" />
      <Choice
        label="Workflow"
        value={workflow}
        options={workflows.value}
        onChoose={(text) => onWrite({ workflow: text })}
      />
      <Field
        label="When"
        value={schedule}
        onInput={(text) => onWrite({ schedule: text })}
        options={['rate(1 hour)', 'cron(0 8 * * ? *)', 'cron(0 3 ? * MON-FRI *)']}
        placeholder="rate(1 hour), cron(0 8 * * ? *) or at(2027-01-01T09:00:00)"
      />
      <Field
        label="Time zone"
        value={timezone}
        onInput={(text) => onWrite({ timezone: text })}
        options={[...new Set([timeZone, 'UTC'])]}
      />
      <Choice
        label="If its last run still goes on"
        value={overlap}
        options={OVERLAPS}
        onChoose={(text) => onWrite({ overlap: text })}
      />
      <Field
        label="How late a time that was missed may be made up for"
        value={catchUp}
        onInput={(text) => onWrite({ catchUp: text })}
        placeholder="1m"
      />
    </>
  );
}
