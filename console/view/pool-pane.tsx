/** One pool: its limits, who has its places, who waits for one and behind whom, and what can be done with it. */
import type { PoolAnswer } from '../../lib/cli/engine/answers.ts';
import { limitsText } from '../../lib/cli/text/pool-limits.ts';
import { goToNamed, place } from '../data/page-state.ts';
import { poolStore } from '../data/pools-store.ts';
import { countText } from '../text/count.ts';
import { Moment } from './moment.tsx';
import { Back, Fact } from './pane-head.tsx';
import { openPool } from './pool-dialog.tsx';
import { OwnerFacts, type PlaceOwner } from './owner-facts.tsx';
import { RunLink } from './run-link.tsx';
import { Status } from './status.tsx';

export function PoolPane() {
  const name = place.value.named ?? '';
  const shown = poolStore.one.value;
  return (
    <section class="pane run" aria-label={`Pool ${name}`}>
      <header class="run-head">
        <Back onClick={() => goToNamed('pools', undefined)} />
        <div class="run-title">
          <h1 title={name}>{name}</h1>
          {shown === undefined ? null : <Facts shown={shown} />}
        </div>
        {shown === undefined ? null : <Actions shown={shown} />}
      </header>
      {shown === undefined ? (
        <p class={poolStore.problem.value === undefined ? 'nothing' : 'nothing is-bad'}>
          {poolStore.problem.value ?? 'Reading ...'}
        </p>
      ) : (
        <div class="tab-panel" tabIndex={0} role="region" aria-label="Details" data-own-arrows>
          <Details shown={shown} />
        </div>
      )}
    </section>
  );
}

function Details({ shown }: { readonly shown: PoolAnswer }) {
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

function Facts({ shown: { paused, used } }: { readonly shown: PoolAnswer }) {
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

function Actions({ shown: { name, paused, isSet, limits } }: { readonly shown: PoolAnswer }) {
  const actions = ['set', ...(isSet ? (['reset'] as const) : []), paused ? 'resume' : 'pause'] as const;
  return (
    <div class="actions" role="group" aria-label="Actions">
      {actions.map((action) => (
        <button key={action} type="button" class="plain-button" onClick={() => openPool({ action, name, limits })}>
          {BUTTONS[action]}
        </button>
      ))}
    </div>
  );
}

const BUTTONS = { set: 'Set limits', reset: 'Reset limits', pause: 'Pause', resume: 'Resume' } as const;
