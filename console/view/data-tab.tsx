/** What went in and what came out. */
import type { ComponentChildren } from 'preact';
import type { ShownRun } from '../data/answers.ts';
import { ValueView } from './value-view.tsx';

export function DataTab({ shown }: { readonly shown: ShownRun }) {
  const { input, result, customStatus, attributes, status } = shown;
  return (
    <div class="data">
      <Part title="Input">
        <ValueView value={input} />
      </Part>
      {status === 'completed' ? (
        <Part title="Result">
          <ValueView value={result} />
        </Part>
      ) : null}
      {customStatus === undefined ? null : (
        <Part title="Custom status">
          <ValueView value={customStatus} />
        </Part>
      )}
      {attributes === undefined ? null : (
        <Part title="Attributes">
          <ValueView value={attributes} />
        </Part>
      )}
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
