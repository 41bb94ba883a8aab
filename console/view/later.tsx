/** A view whose code is asked for when it is first shown: what every visitor reads stays small. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { watched } from '../data/page-state.ts';

export function later(load: () => Promise<ComponentType>): ComponentType {
  const view = signal<ComponentType | undefined>(undefined);
  let isAsked = false;
  const ask = async (): Promise<void> => {
    isAsked = true;
    try {
      view.value = await watched(load());
    } catch {
      isAsked = false; // the top bar says that there is no answer; when it is shown again, it is asked for again
    }
  };
  return function Later() {
    const View = view.value;
    if (View !== undefined) return <View />;
    if (!isAsked) void ask();
    return (
      <section class="pane">
        <p class="nothing">Reading ...</p>
      </section>
    );
  };
}
