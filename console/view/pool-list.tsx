/** The pools of the engine: their limits, and how many of their places are taken. */
import { limitsText } from '../../lib/cli/text/pool-limits.ts';
import type { PoolRow } from '../../lib/cli/engine/answers.ts';
import { poolStore } from '../data/pools-store.ts';
import { NamedList, type NamedColumns } from './named-list.tsx';
import { PoolDialog } from './pool-dialog.tsx';
import { PoolPane } from './pool-pane.tsx';
import { Status } from './status.tsx';

export function PoolList() {
  return (
    <NamedList
      store={poolStore}
      title="Pools"
      one="Pool"
      columns={COLUMNS}
      none={NONE}
      isShort
      pane={(name) => <PoolPane key={name} />}
    >
      <PoolDialog />
    </NamedList>
  );
}

const NONE = 'There are no pools: one is there from the first time that something asks it for a place.';

const COLUMNS: NamedColumns<PoolRow> = [
  ['Taken', ({ used, paused }) => (paused ? <Status status="paused" /> : used)],
  ['Limits', limitsCell],
];

function limitsCell({ limits, isSet }: PoolRow) {
  return (
    <>
      {limitsText(limits)}
      {isSet ? <span class="quiet"> (set)</span> : null}
    </>
  );
}
