/** A run: how it stands, what it waits for, what happened. */
import type { ShownRun } from '../data/answers.ts';
import { go, goToRun, place } from '../data/page-state.ts';
import { run, runProblem } from '../data/run-store.ts';
import { took } from '../text/moment.ts';
import { ActionButtons, ActionDialog } from './action-dialog.tsx';
import { CompareTab } from './compare-tab.tsx';
import { DataTab } from './data-tab.tsx';
import { JournalTab } from './journal-tab.tsx';
import { Moment } from './moment.tsx';
import { NowTab } from './now-tab.tsx';
import { Back, Fact } from './pane-head.tsx';
import { RunLink } from './run-link.tsx';
import { Status } from './status.tsx';
import { Timeline } from './timeline.tsx';

const TAB_NAMES = { now: 'Now', journal: 'Journal', data: 'Data', compare: 'Compare' } as const;
type Tab = keyof typeof TAB_NAMES;

export function RunPage() {
  const shown = run.value;
  const id = place.value.run ?? '';
  return (
    <section class="pane run" aria-label={`Run ${id}`}>
      <header class="run-head">
        <Back onClick={() => goToRun(undefined)} />
        <div class="run-title">
          <h1 title={id}>{id}</h1>
          {shown === undefined ? null : <RunFacts shown={shown} />}
        </div>
        {shown === undefined ? null : <ActionButtons shown={shown} />}
      </header>
      {shown === undefined ? null : <ActionDialog shown={shown} />}
      <Body shown={shown} />
    </section>
  );
}

function Body({ shown }: { readonly shown: ShownRun | undefined }) {
  if (runProblem.value !== undefined) return <p class="nothing is-bad">{runProblem.value}</p>;
  if (shown === undefined) return <p class="nothing">Reading ...</p>;
  return (
    <>
      <Timeline runId={shown.id} />
      <Tabs />
      <TabPanel shown={shown} />
    </>
  );
}

function shownTab(): Tab {
  return place.value.tab;
}

function Tabs() {
  return (
    <div class="tabs" role="tablist" aria-label="What of it">
      {Object.entries(TAB_NAMES).map(([tab, name]) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`tab-${tab}`}
          aria-controls="tab-panel"
          aria-selected={shownTab() === tab}
          onClick={() => go({ tab: tab as Tab })}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function TabPanel({ shown }: { readonly shown: ShownRun }) {
  const tab = shownTab();
  return (
    <div
      class={`tab-panel is-${tab}`}
      role="tabpanel"
      id="tab-panel"
      aria-labelledby={`tab-${tab}`}
      tabIndex={0}
      data-own-arrows
    >
      <TabContent tab={tab} shown={shown} />
    </div>
  );
}

function TabContent({ tab, shown }: { readonly tab: Tab; readonly shown: ShownRun }) {
  switch (tab) {
    case 'now':
      return <NowTab shown={shown} />;
    case 'journal':
      return <JournalTab />;
    case 'data':
      return <DataTab shown={shown} />;
    case 'compare':
      return <CompareTab shown={shown} />;
  }
}

function RunFacts({ shown }: { readonly shown: ShownRun }) {
  const { status, workflow, createdAt, endedAt, dueAt, deadline, parent, link, pinnedTo, scheduledAt } = shown;
  return (
    <ul class="facts">
      <li>
        <Status status={status} />
      </li>
      <Fact name="workflow">{workflow}</Fact>
      <Fact name="created">
        <Moment at={createdAt} />
      </Fact>
      {endedAt === undefined ? null : <Fact name="took">{took(Date.parse(endedAt) - Date.parse(createdAt))}</Fact>}
      {dueAt === undefined ? null : (
        <Fact name="goes on">
          <Moment at={dueAt} />
        </Fact>
      )}
      {deadline === undefined ? null : (
        <Fact name="deadline">
          <Moment at={deadline} />
        </Fact>
      )}
      {scheduledAt === undefined ? null : (
        <Fact name="scheduled for">
          <Moment at={scheduledAt} />
        </Fact>
      )}
      {parent === undefined ? null : (
        <Fact name="parent">
          <RunLink id={parent} />
        </Fact>
      )}
      {link === undefined ? null : <Fact name="link">{link}</Fact>}
      {pinnedTo === undefined ? null : <Fact name="pinned to">{pinnedTo}</Fact>}
    </ul>
  );
}
