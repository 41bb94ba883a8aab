import { about, place, trouble, go } from '../data/page-state.ts';
import { KeyHelp } from './key-help.tsx';
import { StartDialog, isStartOpen } from './start-dialog.tsx';
import { RunList } from './run-list.tsx';
import { RunPage } from './run-page.tsx';

/** A list beside what is chosen in it; on a small screen, one of the two. */
export function App() {
  const { run } = place.value;
  return (
    <div class={run === undefined ? 'page has-list' : 'page has-run'}>
      <TopBar />
      <main class="panes">
        <RunList />
        {run === undefined ? null : <RunPage key={run} />}
      </main>
      <KeyHelp />
      <StartDialog />
    </div>
  );
}

function TopBar() {
  return (
    <header class="top">
      <a class="brand" href="#/runs" onClick={(event) => openRuns(event)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2 11c2 0 2-6 4-6s2 6 4 6 2-3 4-3" />
        </svg>
        lull
      </a>
      <span class="engine">{about.value.name}</span>
      <p class="trouble" role="status">
        {trouble.value === undefined ? null : <>Not up to date: {trouble.value}</>}
      </p>
      <button type="button" class="plain-button" onClick={() => (isStartOpen.value = true)}>
        Start a run
      </button>
    </header>
  );
}

function openRuns(event: Event): void {
  event.preventDefault();
  go({ view: 'runs' });
}
