/** The one of a list that is chosen: how it stands, and what can be done with it. */
import type { ComponentChildren } from 'preact';
import type { NamedStore } from '../data/named-store.ts';
import { goToView, place } from '../data/page-state.ts';
import { Back } from './pane-head.tsx';

interface Named {
  readonly name: string;
}

interface NamedPaneProps<One extends Named> {
  readonly store: NamedStore<Named, One>;
  /** As one of them is called. */
  readonly title: string;
  readonly facts: (shown: One) => ComponentChildren;
  readonly actions: (shown: One) => ComponentChildren;
  readonly details: (shown: One) => ComponentChildren;
}

export function NamedPane<One extends Named>({ store, title, facts, actions, details }: NamedPaneProps<One>) {
  const name = place.value.named ?? '';
  const shown = store.one.value;
  return (
    <section class="pane run" aria-label={`${title} ${name}`}>
      <header class="run-head">
        <Back onClick={() => goToView(store.view)} />
        <div class="run-title">
          <h1 title={name}>{name}</h1>
          {shown === undefined ? null : facts(shown)}
        </div>
        {shown === undefined ? null : actions(shown)}
      </header>
      {shown === undefined ? (
        <p class={store.problem.value === undefined ? 'nothing' : 'nothing is-bad'}>
          {store.problem.value ?? 'Reading ...'}
        </p>
      ) : (
        <div class="tab-panel" tabIndex={0} role="region" aria-label="Details" data-own-arrows>
          {details(shown)}
        </div>
      )}
    </section>
  );
}
