/** A value as a tree that opens and closes. What is long is shown in pieces, and texts are always texts. */
import { countText } from '../text/count.ts';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { shortValue } from '../text/short-value.ts';

const OPEN_DEPTH = 2;
const PIECE = 100;
const LONG_TEXT = 1_000;

export function ValueView({ value, name }: { readonly value: unknown; readonly name?: string }) {
  return (
    <div class="value">
      <Node value={value} name={name} depth={0} />
    </div>
  );
}

interface NodeProps {
  readonly value: unknown;
  readonly name: string | undefined;
  readonly depth: number;
}

function Node({ value, name, depth }: NodeProps) {
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH);
  if (typeof value !== 'object' || value === null) {
    return (
      <div class="node">
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) {
    return (
      <div class="node">
        <Name name={name} />
        <span class="punctuation">{`${open}${close}`}</span>
      </div>
    );
  }
  return (
    <details class="node" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <Name name={name} />
        <span class="punctuation">{isOpen ? open : shortValue(value, 80)}</span>
        {isOpen ? null : <span class="quiet"> {entries.length}</span>}
      </summary>
      {isOpen ? (
        <div class="node-inside">
          <Pieces entries={entries} isList={isList} depth={depth} />
        </div>
      ) : null}
      {isOpen ? <span class="punctuation">{close}</span> : null}
    </details>
  );
}

function Pieces({
  entries,
  isList,
  depth,
}: {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly isList: boolean;
  readonly depth: number;
}) {
  const [shown, setShown] = useState(PIECE);
  return (
    <>
      {entries.slice(0, shown).map(([key, each]) => (
        <Node key={key} value={each} name={isList ? undefined : key} depth={depth + 1} />
      ))}
      {entries.length > shown ? (
        <button type="button" class="more" onClick={() => setShown(shown + PIECE * 10)}>
          {countText(entries.length - shown)} more
        </button>
      ) : null}
    </>
  );
}

function Name({ name }: { readonly name: string | undefined }): ComponentChildren {
  return name === undefined ? null : <span class="key">{name}: </span>;
}

function Leaf({ value }: { readonly value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value !== 'string')
    return <span class={`leaf is-${typeof value}`}>{value === undefined ? 'undefined' : JSON.stringify(value)}</span>;
  const isLong = value.length > LONG_TEXT && !isWhole;
  return (
    <span class="leaf is-string">
      {JSON.stringify(isLong ? value.slice(0, LONG_TEXT) : value)}
      {isLong ? (
        <button type="button" class="more" onClick={() => setWhole(true)}>
          all {countText(value.length)} characters
        </button>
      ) : null}
    </span>
  );
}
