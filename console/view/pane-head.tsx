/** What the heads of a run and of a schedule are made of. */
import type { ComponentChildren } from 'preact';

/** To the list, which a small screen does not show beside it. */
export function Back({ onClick }: { readonly onClick: () => void }) {
  return (
    <button type="button" class="back" aria-label="Back to the list" onClick={onClick}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M10 3L5 8l5 5" />
      </svg>
    </button>
  );
}

export function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <li>
      <span class="fact-name">{name}</span> {children}
    </li>
  );
}
