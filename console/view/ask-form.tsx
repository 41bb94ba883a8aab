/** A form that asks the engine for something: what will happen, the fields, and what the engine had against it. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Dialog, Outcome } from './dialog.tsx';

interface AskFormProps {
  readonly title: string;
  /** What will happen. */
  readonly consequences: readonly string[];
  readonly button: string;
  readonly isDanger?: boolean;
  readonly isReady?: boolean;
  /** Closes what it opened itself. What it throws is shown. */
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

export function AskForm({
  title,
  consequences,
  button,
  isDanger = false,
  isReady = true,
  onSubmit,
  onClose,
  children,
}: AskFormProps) {
  const [isAsking, setAsking] = useState(false);
  const [error, setError] = useState<string>();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!isReady || isAsking) return;
    setAsking(true);
    setError(undefined);
    try {
      await onSubmit();
    } catch (thrown) {
      setError((thrown as Error).message);
    }
    setAsking(false);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <ul class="consequences">
          {consequences.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {children}
        <Outcome error={error} />
        <div class="dialog-buttons">
          {button === 'Close' ? null : (
            <button type="button" class="plain-button" onClick={onClose}>
              Close
            </button>
          )}
          <button
            type="submit"
            class={`plain-button is-main${isDanger ? ' is-danger' : ''}`}
            disabled={!isReady || isAsking}
          >
            {isAsking ? 'Asking ...' : button}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
