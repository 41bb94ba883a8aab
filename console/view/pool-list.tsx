/** The pools of the engine: their limits, and how many of their places are taken. */
import { limitsText } from '../../lib/cli/text/pool-limits.ts';
import type { PoolRow } from '../../lib/cli/engine/answers.ts';
import { goToNamed, place } from '../data/page-state.ts';
import { poolStore } from '../data/pools-store.ts';
import { PoolDialog } from './pool-dialog.tsx';
import { PoolPane } from './pool-pane.tsx';
import { Status } from './status.tsx';

export function PoolList() {
  const rows = poolStore.rows.value;
  return (
    <>
      <section class="pane list" aria-label="Pools">
        <div class="view-head">
          <h1>Pools</h1>
        </div>
        {rows === undefined || rows.length === 0 ? (
          <p class="nothing">{rows === undefined ? (poolStore.problem.value ?? 'Reading ...') : NONE}</p>
        ) : (
          <div class="table-pane" tabIndex={0} role="region" aria-label={`${rows.length} pools`} data-own-arrows>
            <table class="named is-short">
              <thead>
                <tr>
                  <th scope="col">Pool</th>
                  <th scope="col">Taken</th>
                  <th scope="col">Limits</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <Row key={row.name} row={row} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {place.value.named === undefined ? null : <PoolPane key={place.value.named} />}
      <PoolDialog />
    </>
  );
}

const NONE = 'There are no pools: one is there from the first time that something asks it for a place.';

function Row({ row }: { readonly row: PoolRow }) {
  const { name, used, limits, isSet, paused } = row;
  const isShown = place.value.named === name;
  return (
    <tr class={isShown ? 'is-shown' : ''}>
      <th scope="row">
        <button
          type="button"
          class="link-button"
          aria-current={isShown ? 'true' : undefined}
          onClick={() => goToNamed('pools', name)}
        >
          {name}
        </button>
      </th>
      <td>{paused ? <Status status="paused" /> : used}</td>
      <td>
        {limitsText(limits)}
        {isSet ? <span class="quiet"> (set)</span> : null}
      </td>
    </tr>
  );
}
