import { about, goToView, place, trouble } from '../data/page-state.ts';
import { VIEWS } from '../data/place.ts';
import { KeyHelp } from './key-help.tsx';
import { later } from './later.tsx';
import { RunList } from './run-list.tsx';
import { RunPage } from './run-page.tsx';
import { openStart, StartDialog } from './start-dialog.tsx';
import { WorkflowDialog } from './workflow-dialog.tsx';
import { WorkflowList } from './workflow-list.tsx';

/** A list beside what is chosen in it; on a small screen, one of the two. */
export function App() {
  const { run, named } = place.value;
  return (
    <div class={run === undefined && named === undefined ? 'page has-list' : 'page has-run'}>
      <TopBar />
      <main class="panes">
        <View />
      </main>
      <KeyHelp />
      <StartDialog />
      <WorkflowDialog />
    </div>
  );
}

const ScheduleList = later(async () => (await import('./schedule-list.tsx')).ScheduleList);
const PoolList = later(async () => (await import('./pool-list.tsx')).PoolList);

function View() {
  const { view, run } = place.value;
  switch (view) {
    case 'runs':
      return (
        <>
          <RunList />
          {run === undefined ? null : <RunPage key={run} />}
        </>
      );
    case 'schedules':
      return <ScheduleList />;
    case 'pools':
      return <PoolList />;
    case 'workflows':
      return <WorkflowList />;
  }
}

const VIEW_NAMES: Readonly<Record<(typeof VIEWS)[number], string>> = {
  runs: 'Runs',
  schedules: 'Schedules',
  pools: 'Pools',
  workflows: 'Workflows',
};

function TopBar() {
  return (
    <header class="top">
      <a class="brand" href="#/runs" aria-label="lull" onClick={(event) => open(event, 'runs')}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2 11c2 0 2-6 4-6s2 6 4 6 2-3 4-3" />
        </svg>
        <span>lull</span>
      </a>
      <nav aria-label="Views">
        {VIEWS.map((view) => (
          <a
            key={view}
            href={`#/${view}`}
            aria-current={place.value.view === view ? 'page' : undefined}
            onClick={(event) => open(event, view)}
          >
            {VIEW_NAMES[view]}
          </a>
        ))}
      </nav>
      <p class="trouble" role="status">
        {trouble.value === undefined ? null : <>Not up to date: {trouble.value}</>}
      </p>
      <span class="engine">{about.value.name}</span>
      <button type="button" class="plain-button" onClick={() => openStart()}>
        Start a run
      </button>
    </header>
  );
}

function open(event: MouseEvent, view: (typeof VIEWS)[number]): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  goToView(view);
}
