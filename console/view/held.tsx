/** What waits because a whole workflow is paused. */
import { explainRun } from '../../lib/client/explain-run.ts';
import type { ShownRun } from '../data/answers.ts';
import { goToView, nowMs, timeZone } from '../data/page-state.ts';
import { pausedWorkflows } from '../data/workflows-store.ts';
import { StatusIcon } from './status.tsx';
import { openWorkflow } from './workflow-dialog.tsx';

/** Of a run that has something to do, and does nothing. */
export function Held({ shown }: { readonly shown: ShownRun }) {
  if (shown.workflowPaused === undefined) return null;
  const { blocked: _blocked, waitsFor: _waitsFor, ...rest } = shown;
  const clock = { now: new Date(nowMs.value), timeZone };
  const [first = '', ...others] = explainRun(rest as Parameters<typeof explainRun>[0], clock);
  return (
    <section class="held">
      <h2>Held</h2>
      <p>It {first}.</p>
      {others.map((line) => (
        <p key={line}>{line.charAt(0).toUpperCase() + line.slice(1)}.</p>
      ))}
      <button type="button" class="plain-button" onClick={() => openWorkflow('resume', shown.workflow)}>
        Resume workflow {shown.workflow}
      </button>
    </section>
  );
}

/** Above the list: which workflows are paused, and their runs therefore do nothing. */
export function PausedNote() {
  const names = [...pausedWorkflows.value.keys()];
  if (names.length === 0) return null;
  const [first = '', ...rest] = names;
  const what = rest.length === 0 ? `Workflow ${first} is paused` : `${names.length} workflows are paused`;
  return (
    <p class="paused-note">
      <StatusIcon status="paused" />
      <span>
        {what}: {rest.length === 0 ? 'its' : 'their'} runs take no turns.
      </span>
      <button type="button" class="plain-button" onClick={() => goToView('workflows')}>
        {rest.length === 0 ? 'See it' : 'See them'}
      </button>
    </p>
  );
}
