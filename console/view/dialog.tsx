import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Over the page, until it is closed. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="dialog-title">
      <h1 id="dialog-title">{title}</h1>
      {children}
    </dialog>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (text: string) => void;
  readonly problem?: string | undefined;
  readonly isLong?: boolean;
  readonly type?: 'text' | 'datetime-local';
  readonly options?: readonly string[];
  readonly placeholder?: string;
}

/** A field with its name, and what is wrong with what is in it. `options` may be chosen; other texts may be written. */
export function Field({
  label,
  value,
  onInput,
  problem,
  isLong = false,
  type = 'text',
  options = [],
  placeholder = '',
}: FieldProps) {
  const shared = {
    value,
    placeholder,
    'aria-invalid': problem !== undefined,
    onInput: ({ currentTarget }: { currentTarget: { value: string } }) => onInput(currentTarget.value),
  };
  const list = options.length === 0 ? undefined : `options-${label.replaceAll(/\W+/g, '-')}`;
  return (
    <label class="field">
      <span>{label}</span>
      {isLong ? (
        <textarea rows={6} spellcheck={false} {...shared} />
      ) : (
        <input type={type} spellcheck={false} autocomplete="off" list={list} {...shared} />
      )}
      {list === undefined ? null : (
        <datalist id={list}>
          {options.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
      {problem === undefined ? null : <span class="field-problem">{problem}</span>}
    </label>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChoose: (option: string) => void;
}

/** A field for one of some texts, and no other. */
export function Choice({ label, value, options, onChoose }: ChoiceProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What the engine said of it. */
export function Outcome({ error }: { readonly error: string | undefined }) {
  return (
    <p class="dialog-error" role="alert">
      {error}
    </p>
  );
}
