/** How a run stands now: what it waits for, or how it ended; and the runs beside it. */
import { countText } from '../text/count.ts';
import { explainRun } from '../../lib/client/explain-run.ts';
import { isOpen, type ShownRun } from '../data/answers.ts';
import { goToNamed, nowMs, place, timeZone } from '../data/page-state.ts';
import { events } from '../data/run-store.ts';
import { childrenOf, failureOf } from '../text/history-facts.ts';
import { BlockedSides } from './blocked-sides.tsx';
import { ErrorView } from './error-view.tsx';
import { Held } from './held.tsx';
import { OwnerFacts } from './owner-facts.tsx';
import { RunLink } from './run-link.tsx';
import { Status } from './status.tsx';
import { TaskTree } from './task-tree.tsx';
import { ThenTab } from './then-tab.tsx';
import { ValueView } from './value-view.tsx';

export function NowTab({ shown }: { readonly shown: ShownRun }) {
  const { event } = place.value;
  if (event !== undefined) {
    return (
      <div class="now">
        <ThenTab index={event} />
      </div>
    );
  }
  return (
    <div class="now">
      <Held shown={shown} />
      {shown.blocked === undefined ? null : <BlockedSides blocked={shown.blocked} />}
      {isOpen(shown.status) ? <Waiting shown={shown} /> : <Ended shown={shown} />}
      <PoolWaits shown={shown} />
      <Children />
      <Limits shown={shown} />
    </div>
  );
}

function Waiting({ shown }: { readonly shown: ShownRun }) {
  const { waitsFor } = shown;
  const { waitsFor: _waitsFor, blocked: _blocked, ...rest } = shown;
  const isSaid = shown.blocked !== undefined || shown.workflowPaused !== undefined;
  const stands = !isSaid ? explainRun(rest as Parameters<typeof explainRun>[0], clock()) : [];
  if (waitsFor === undefined && stands.length === 0) return null;
  return (
    <section>
      <h2>{waitsFor === undefined ? 'How it stands' : 'What it waits for'}</h2>
      {waitsFor === undefined || shown.status === 'running' || shown.status === 'paused'
        ? stands.map((line) => <p key={line}>{line}</p>)
        : null}
      {waitsFor === undefined ? null : <TaskTree waitsFor={waitsFor} />}
    </section>
  );
}

/** Which pools keep it waiting. */
function PoolWaits({ shown: { waitsForPools = [] } }: { readonly shown: ShownRun }) {
  if (waitsForPools.length === 0) return null;
  return (
    <section>
      <h2>Which places it waits for</h2>
      <ul class="owners">
        {waitsForPools.map(({ pool, step, key, priority, since }) => (
          <li key={`${pool} ${step ?? ''}`}>
            <button type="button" class="link-button" onClick={() => goToNamed('pools', pool)}>
              pool {pool}
            </button>
            <OwnerFacts owner={{ step, key, priority, since }} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ended({ shown }: { readonly shown: ShownRun }) {
  const { status, result, reason, undoErrors = [] } = shown;
  const error = failureOf(events.value) ?? shown.error;
  return (
    <section>
      <h2>How it ended</h2>
      {status === 'failed' ? (
        <ErrorView error={error} />
      ) : (
        <p>{explainRun(shown as Parameters<typeof explainRun>[0], clock())[0]}</p>
      )}
      {status === 'completed' ? <ValueView value={result} name="result" /> : null}
      {status === 'failed' || reason === undefined || reason === '' ? null : <p class="reason">{reason}</p>}
      {undoErrors.map((each, index) => (
        <ErrorView key={index} error={each} title="An undo has failed" />
      ))}
    </section>
  );
}

function clock() {
  return { now: new Date(nowMs.value), timeZone };
}

function Children() {
  const children = childrenOf(events.value);
  if (children.length === 0) return null;
  return (
    <section>
      <h2>Runs that it started</h2>
      <ul class="children">
        {children.map(({ id, status, isChild }) => (
          <li key={id}>
            {status === undefined ? <span class="quiet">{isChild ? 'child' : 'run'}</span> : <Status status={status} />}
            <RunLink id={id} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What comes near a limit is said before it is reached. */
function Limits({ shown: { journal, unreadSignals } }: { readonly shown: ShownRun }) {
  if (journal === undefined && unreadSignals === undefined) return null;
  return (
    <section>
      <h2>Near a limit</h2>
      {journal === undefined ? null : (
        <p>
          Its journal has {countText(journal.events)} events, {countText(journal.bytes)} bytes: at the limit it is asked
          to stop, and fails.
        </p>
      )}
      {unreadSignals === undefined ? null : <p>{unreadSignals} signals are unread: no more are accepted.</p>}
    </section>
  );
}
