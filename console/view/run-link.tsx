import { goToRun } from '../data/page-state.ts';

/** Leads to another run. */
export function RunLink({ id }: { readonly id: string }) {
  const open = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    goToRun(id);
  };
  return (
    <a class="run-link" href={`#/runs/${encodeURIComponent(id)}`} onClick={open}>
      {id}
    </a>
  );
}
