/** One pool: its limits, who has its places, who waits for one and behind whom, and what can be done with it. */
import type { PoolAnswer } from '../../lib/cli/engine/answers.ts';
import { limitsText } from '../../lib/cli/text/pool-limits.ts';
import { poolStore } from '../data/pools-store.ts';
import { countText } from '../text/count.ts';
import { Moment } from './moment.tsx';
import { NamedPane } from './named-pane.tsx';
import { Fact } from './pane-head.tsx';
import { openPool } from './pool-dialog.tsx';
import { OwnerFacts, type PlaceOwner } from './owner-facts.tsx';
import { RunLink } from './run-link.tsx';
import { Status } from './status.tsx';

export function PoolPane() {
  return <NamedPane store={poolStore} title="Pool" facts={facts} actions={actions} details={details} />;
}

function details(shown: PoolAnswer) {
  const { limits, codeLimits, isSet, paused, pausedAt, places, waiting, more } = shown;
  return (
    <div class="now">
      <section>
        <h2>Limits</h2>
        <p>{limitsText(limits)}</p>
        {isSet ? (
          <p>
            They were set, and count until they are reset.{' '}
            {codeLimits === undefined ? null : `The code says: ${limitsText(codeLimits)}.`}
          </p>
        ) : null}
        {paused ? (
          <p>
            It is paused
            {pausedAt === undefined ? null : (
              <>
                {' '}
                since <Moment at={pausedAt} />
              </>
            )}
            : it gives no places until it is resumed.
          </p>
        ) : null}
      </section>
      <section>
        <h2>Who has a place</h2>
        {places.length === 0 ? <p>Nothing does.</p> : <Owners owners={places} name="places" />}
      </section>
      <section>
        <h2>Who waits, the next one first</h2>
        {waiting.length === 0 ? <p>Nothing does.</p> : <Owners owners={waiting} name="waiting" />}
        {more === true ? <p class="quiet">More wait behind these {countText(waiting.length)}.</p> : null}
      </section>
    </div>
  );
}

interface Owner extends PlaceOwner {
  readonly runId: string;
}

function Owners({ owners, name }: { readonly owners: readonly Owner[]; readonly name: string }) {
  return (
    <ol class="owners" aria-label={name}>
      {owners.map((owner) => (
        <li key={`${owner.runId} ${owner.step ?? ''}`}>
          <RunLink id={owner.runId} />
          <OwnerFacts owner={owner} />
        </li>
      ))}
    </ol>
  );
}

function facts({ paused, used }: PoolAnswer) {
  return (
    <ul class="facts">
      {paused ? (
        <li>
          <Status status="paused" />
        </li>
      ) : null}
      <Fact name="taken">{countText(used)}</Fact>
    </ul>
  );
}

function actions({ name, paused, isSet, limits }: PoolAnswer) {
  const names = ['set', ...(isSet ? (['reset'] as const) : []), paused ? 'resume' : 'pause'] as const;
  return (
    <div class="actions" role="group" aria-label="Actions">
      {names.map((action) => (
        <button key={action} type="button" class="plain-button" onClick={() => openPool({ action, name, limits })}>
          {BUTTONS[action]}
        </button>
      ))}
    </div>
  );
}

const BUTTONS = { set: 'Set limits', reset: 'Reset limits', pause: 'Pause', resume: 'Resume' } as const;
