/** The workflows of the engine: which can be started, and which are paused, since when and why. */
import { goToRunsOf } from '../data/page-state.ts';
import { areWorkflowsRead, pausedWorkflows, workflows } from '../data/workflows-store.ts';
import { Moment } from './moment.tsx';
import { openStart } from './start-dialog.tsx';
import { StatusIcon } from './status.tsx';
import { openWorkflow } from './workflow-dialog.tsx';

export function WorkflowList() {
  const startable = new Set(workflows.value);
  const names = [...new Set([...workflows.value, ...pausedWorkflows.value.keys()])].sort();
  return (
    <section class="pane" aria-label="Workflows">
      <div class="view-head">
        <h1>Workflows</h1>
      </div>
      {names.length === 0 ? (
        <p class="nothing">{areWorkflowsRead.value ? 'The engine has no workflows.' : 'Reading ...'}</p>
      ) : null}
      <ul class="cards" tabIndex={0} aria-label={`${names.length} workflows`} data-own-arrows>
        {names.map((name) => (
          <WorkflowCard key={name} name={name} canStart={startable.has(name)} />
        ))}
      </ul>
    </section>
  );
}

function WorkflowCard({ name, canStart }: { readonly name: string; readonly canStart: boolean }) {
  const paused = pausedWorkflows.value.get(name);
  const action = paused === undefined ? 'pause' : 'resume';
  return (
    <li class="card">
      <div class="card-facts">
        <code class="card-name">{name}</code>
        {paused === undefined ? null : (
          <span class="status is-paused">
            <StatusIcon status="paused" />
            paused since <Moment at={paused.pausedAt} />
          </span>
        )}
        {paused?.reason === undefined ? null : <span class="reason">{paused.reason}</span>}
        {canStart ? null : <span class="quiet">not in the code that is deployed</span>}
      </div>
      <div class="actions" role="group" aria-label={`Actions on ${name}`}>
        <button type="button" class="plain-button" onClick={() => goToRunsOf({ workflow: name })}>
          Runs
        </button>
        {canStart ? (
          <button type="button" class="plain-button" onClick={() => openStart(name)}>
            Start
          </button>
        ) : null}
        <button type="button" class="plain-button" onClick={() => openWorkflow(action, name)}>
          {action === 'pause' ? 'Pause' : 'Resume'}
        </button>
      </div>
    </li>
  );
}
