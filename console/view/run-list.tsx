/** The runs of the engine, newest first. */
import { countText } from '../text/count.ts';
import { useEffect } from 'preact/hooks';
import { isOpen, type RunRow } from '../data/answers.ts';
import { goToRun, shownFilter, shownRunId } from '../data/page-state.ts';
import { isListRead, isReadingOlder, list, listProblem, readOlder, seenRows, shownRows } from '../data/runs-store.ts';
import { pausedWorkflows } from '../data/workflows-store.ts';
import { took } from '../text/moment.ts';
import { shortValue } from '../text/short-value.ts';
import { BulkBar, BulkDialog } from './bulk-dialog.tsx';
import { FilterBar } from './filter-bar.tsx';
import { PausedNote } from './held.tsx';
import { activeIndex, activeRun, choose, chosen } from './keys.ts';
import { Moment } from './moment.tsx';
import { Status, StatusIcon } from './status.tsx';
import { useVirtualRows } from './virtual-rows.ts';

const ROW_PX = 30;
/** Older runs are read as soon as the end is so near. */
const NEAR_ROWS = 30;

export function RunList() {
  const rows = shownRows.value;
  const virtual = useVirtualRows({ count: rows.length, rowPx: ROW_PX, onSeen });
  useEffect(() => {
    if (activeIndex.value >= 0) virtual.scrollTo(activeIndex.value);
  }, [activeIndex.value]);
  return (
    <section class="pane list" aria-label="Runs">
      {shownRunId.value === undefined ? <h1 class="unseen">Runs</h1> : null}
      <FilterBar />
      <PausedNote />
      <div class="list-head" aria-hidden="true">
        <span class="cell-status">Status</span>
        <span class="cell-id">Run</span>
        <span class="cell-workflow">Workflow</span>
        <span class="cell-note">Attributes, custom status</span>
        <span class="cell-took">Took</span>
        <span class="cell-at">Created</span>
      </div>
      <div
        class="rows"
        ref={virtual.scroller}
        tabIndex={0}
        role={rows.length === 0 ? 'group' : 'list'}
        aria-label={`${rows.length} runs`}
      >
        <div class="rows-space" style={{ height: `${virtual.totalPx}px` }} role="presentation">
          {virtual.items.map(({ index, start, key }) => {
            const row = rows[index];
            return row === undefined ? null : <Row key={key} row={row} top={start} />;
          })}
        </div>
        <Nothing />
      </div>
      <BulkBar />
      <BulkDialog />
      <ListFoot />
    </section>
  );
}

function onSeen(first: number, last: number): void {
  seenRows.value = [first, last];
  if (last >= shownRows.peek().length - NEAR_ROWS && isListRead.peek()) void readOlder();
}

function Row({ row, top }: { readonly row: RunRow; readonly top: number }) {
  const { id, workflow, status, createdAt, endedAt } = row;
  const isShown = shownRunId.value === id;
  const isActive = activeRun.value === id;
  const isChosen = chosen.value.has(id);
  return (
    <div
      role="listitem"
      class={`row${isShown ? ' is-shown' : ''}${isActive ? ' is-active' : ''}${isChosen ? ' is-chosen' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <input type="checkbox" aria-label={`Choose ${id}`} checked={isChosen} onChange={() => choose(id)} />
      <a
        href={`#/runs/${encodeURIComponent(id)}`}
        aria-current={isShown ? 'true' : undefined}
        onClick={(event) => openRun(event, id)}
      >
        <span class="cell-status">
          <Status status={status} />
          {isOpen(status) && pausedWorkflows.value.has(workflow) ? (
            <span class="held-mark" title={`its workflow ${workflow} is paused`}>
              <StatusIcon status="paused" />
              <span class="unseen">its workflow is paused</span>
            </span>
          ) : null}
        </span>
        <span class="cell-id" title={id}>
          {id}
        </span>
        <span class="cell-workflow" title={workflow}>
          {workflow}
        </span>
        <span class="cell-note">{noteOf(row)}</span>
        <span class="cell-took">{endedAt === undefined ? '' : took(Date.parse(endedAt) - Date.parse(createdAt))}</span>
        <span class="cell-at">
          <Moment at={createdAt} />
        </span>
      </a>
    </div>
  );
}

/** A click with a key opens another tab, as with any link. */
function openRun(event: MouseEvent, id: string): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  activeRun.value = id;
  goToRun(id);
}

function noteOf({ attributes = {}, customStatus }: RunRow): string {
  const shown = Object.entries(attributes).map(([name, value]) => `${name}=${String(value)}`);
  return [...(customStatus === undefined ? [] : [shortValue(customStatus)]), ...shown].join('  ');
}

function Nothing() {
  if (listProblem.value !== undefined) return <p class="nothing is-bad">{listProblem.value}</p>;
  if (shownRows.value.length > 0) return null;
  if (!isListRead.value) return <p class="nothing">Reading ...</p>;
  const isFiltered = Object.keys(shownFilter.value).length > 0;
  return <p class="nothing">{isFiltered ? 'No run is like that.' : 'There are no runs yet.'}</p>;
}

function ListFoot() {
  const { rows, cursor } = list.value;
  const shown = shownRows.value.length;
  const of = shown === rows.length ? '' : ` of ${countText(rows.length)}`;
  return (
    <footer class="list-foot">
      <span>
        {countText(shown)}
        {of} {shown === 1 && of === '' ? 'run' : 'runs'}
        {cursor === undefined ? '' : ', and older ones'}
      </span>
      {cursor === undefined ? null : (
        <button type="button" onClick={() => void readOlder()} disabled={isReadingOlder.value}>
          {isReadingOlder.value ? 'Reading ...' : 'Read older ones'}
        </button>
      )}
    </footer>
  );
}
