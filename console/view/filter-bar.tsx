/** Which runs are listed, and how many there are of each status. */
import { countText } from '../text/count.ts';
import { useState } from 'preact/hooks';
import { STATUSES } from '../data/answers.ts';
import { go, shownFilter } from '../data/page-state.ts';
import type { RunFilter } from '../data/place.ts';
import { countByStatus } from '../data/run-rows.ts';
import { list } from '../data/runs-store.ts';
import { workflows } from '../data/workflows-store.ts';
import { attributesOf, sinceOf, SPANS } from '../text/read-filter.ts';
import { StatusIcon } from './status.tsx';

export function FilterBar() {
  const filter = shownFilter.value;
  const names = workflows.value;
  const isOther = filter.workflow !== undefined && !names.includes(filter.workflow);
  return (
    <div class="filter" role="search">
      <div class="filter-fields">
        <input
          id="find"
          type="search"
          placeholder="Find in ids"
          aria-label="Find a text in the ids"
          value={filter.text ?? ''}
          onInput={({ currentTarget }) => set({ text: currentTarget.value }, true)}
        />
        <select
          aria-label="Workflow"
          value={filter.workflow ?? ''}
          onChange={({ currentTarget }) => set({ workflow: currentTarget.value })}
        >
          <option value="">All workflows</option>
          {isOther ? <option value={filter.workflow}>{filter.workflow}</option> : null}
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <TimeField />
        <AttributesField key={filter.attributes ?? ''} />
      </div>
      <StatusChips />
    </div>
  );
}

function TimeField() {
  const { since } = shownFilter.value;
  const known = SPANS.some(({ value }) => value === since);
  return (
    <select
      aria-label="Created"
      value={since ?? ''}
      onChange={({ currentTarget }) => set({ since: sinceOf(currentTarget.value, Date.now()) })}
    >
      <option value="">Any time</option>
      {known || since === undefined ? null : (
        <option value={since}>since {since.slice(0, 16).replace('T', ' ')}</option>
      )}
      {SPANS.map(({ value, name }) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </select>
  );
}

function AttributesField() {
  const { attributes = '' } = shownFilter.value;
  const [problem, setProblem] = useState<string>();
  const apply = (text: string): void => {
    const read = attributesOf(text);
    setProblem(read.problem);
    if (read.problem === undefined) set({ attributes: read.json });
  };
  return (
    <input
      type="text"
      class={problem === undefined ? '' : 'is-bad'}
      placeholder="customer=c1"
      aria-label="Attributes, as in customer=c1"
      aria-invalid={problem !== undefined}
      title={problem ?? 'Attributes, as in customer=c1 size=3'}
      value={attributesText(attributes)}
      onChange={({ currentTarget }) => apply(currentTarget.value)}
    />
  );
}

function attributesText(json: string): string {
  if (json === '') return '';
  try {
    const entries = Object.entries(JSON.parse(json) as Record<string, unknown>);
    return entries
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' ');
  } catch {
    return json;
  }
}

function StatusChips() {
  const { status: wanted = '' } = shownFilter.value;
  const chosen = wanted === '' ? [] : wanted.split(',');
  const counts = countByStatus(list.value.rows);
  const isMore = list.value.cursor !== undefined;
  const toggle = (status: string): void => {
    const next = chosen.includes(status) ? chosen.filter((each) => each !== status) : [...chosen, status];
    set({ status: next.join(',') });
  };
  return (
    <div class="chips" role="group" aria-label="Status">
      {STATUSES.map((status) => {
        const count = counts.get(status) ?? 0;
        const isKnown = chosen.length === 0 || chosen.includes(status);
        return (
          <button
            key={status}
            type="button"
            class={`chip is-${status}${count === 0 && !chosen.includes(status) ? ' is-empty' : ''}`}
            aria-pressed={chosen.includes(status)}
            onClick={() => toggle(status)}
          >
            <StatusIcon status={status} />
            {status}
            <span class="count">{isKnown ? `${countText(count)}${isMore ? '+' : ''}` : ''}</span>
          </button>
        );
      })}
    </div>
  );
}

/** What is empty is no filter. */
function set(change: { readonly [Name in keyof RunFilter]: string | undefined }, isStep = false): void {
  const entries = Object.entries({ ...shownFilter.value, ...change }).filter(
    ([, text]) => text !== undefined && text !== '',
  );
  go({ filter: Object.fromEntries(entries) }, { isStep });
}
