import { isHelpShown, KEYS } from './keys.ts';

export function KeyHelp() {
  if (!isHelpShown.value) return null;
  return (
    <aside class="key-help" aria-label="Keys">
      <dl>
        {KEYS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => (isHelpShown.value = false)}>
        Close
      </button>
    </aside>
  );
}
